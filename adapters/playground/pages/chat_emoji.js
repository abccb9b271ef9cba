// Shortcodes of the emoji that occur in this workplace; an unknown one is shown as it is written.
export const QUICK = ['+1', 'white_check_mark', 'eyes', 'heart', 'tada', 'lock'];

const FACES = {
  '+1': '👍', thumbsup: '👍', '-1': '👎', thumbsdown: '👎', white_check_mark: '✅', heavy_check_mark: '✔️',
  eyes: '👀', heart: '❤️', tada: '🎉', lock: '🔒', unlock: '🔓', warning: '⚠️', wave: '👋', smile: '😄',
  slightly_smiling_face: '🙂', grinning: '😀', joy: '😂', blush: '😊', wink: '😉', thinking_face: '🤔',
  neutral_face: '😐', disappointed: '😞', cry: '😢', rage: '😡', pray: '🙏', clap: '👏', raised_hands: '🙌',
  muscle: '💪', fire: '🔥', rocket: '🚀', star: '⭐', sparkles: '✨', bulb: '💡', question: '❓',
  exclamation: '❗', x: '❌', no_entry: '⛔', hourglass: '⌛', hourglass_flowing_sand: '⏳', clock1: '🕐',
  bell: '🔔', no_bell: '🔕', email: '✉️', envelope: '✉️', telephone_receiver: '📞', phone: '☎️',
  speech_balloon: '💬', memo: '📝', pencil: '📝', paperclip: '📎', link: '🔗', mag: '🔍', globe_with_meridians: '🌐',
  house: '🏠', package: '📦', truck: '🚚', tent: '⛺', bust_in_silhouette: '👤', busts_in_silhouette: '👥',
  robot_face: '🤖', information_source: 'ℹ️', large_green_circle: '🟢', large_yellow_circle: '🟡',
  large_orange_circle: '🟠', red_circle: '🔴', large_blue_circle: '🔵', white_circle: '⚪', black_circle: '⚫',
  arrow_right: '➡️', arrow_left: '⬅️', arrows_counterclockwise: '🔄', repeat: '🔁', mute: '🔇', zzz: '💤',
  slightly_frowning_face: '🙁', smiley: '😃', ok_hand: '👌', point_up: '☝️', mega: '📣', loudspeaker: '📢',
  outbox_tray: '📤', inbox_tray: '📥', wastebasket: '🗑️', leftwards_arrow_with_hook: '↩️',
};

export const face = (name) => FACES[String(name).split('::')[0]] || `:${name}:`;

// Unicode comes as hyphened hexadecimal code points.
export function fromCodePoints(unicode) {
  const points = String(unicode).split('-').map((part) => Number.parseInt(part, 16));
  const known = points.every((point) => Number.isInteger(point) && point >= 0 && point <= 0x10ffff);
  return known ? String.fromCodePoint(...points) : null;
}

export const words = (name) => String(name).replaceAll('_', ' ').replace(/^\+1$/u, 'thumbs up').replace(/^-1$/u, 'thumbs down');
