// The site chooses one colour; everything that lies on it or beside it is computed so that it can be read.

const LIGHT_GROUND = [255, 255, 255];
const DARK_GROUND = [21, 25, 30];
const NEAR_BLACK = [14, 20, 30];

function parseColour(text) {
  const hex = /^#([\da-f]{6})$/i.exec(text || '');
  return hex ? [0, 2, 4].map((at) => parseInt(hex[1].slice(at, at + 2), 16)) : [31, 78, 140];
}

function luminance(colour) {
  const [r, g, b] = colour.map((part) => {
    const share = part / 255;
    return share > 0.04045 ? ((share + 0.055) / 1.055) ** 2.4 : share / 12.92;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

/** White or near black, pure black where neither of them reaches 4.5. */
function inkOn(colour) {
  const choices = [LIGHT_GROUND, NEAR_BLACK, [0, 0, 0]];
  return choices.find((ink) => contrast(ink, colour) >= 4.5);
}

/** The same hue, more or less vivid, at a lightness from 0 to 1. */
function atLightness(colour, lightness) {
  const [low, high] = [Math.min(...colour), Math.max(...colour)];
  const reach = 255 - Math.abs(high + low - 255);
  const vivid = reach ? (high - low) / reach : 0;
  const span = vivid * (1 - Math.abs(2 * lightness - 1));
  return colour.map((part) => {
    const share = high > low ? (part - low) / (high - low) : 0.5;
    return Math.round(255 * (lightness + span * (share - 0.5)));
  });
}

/** The accent made light enough to stand on the dark ground. */
function lifted(colour) {
  let lightness = (Math.min(...colour) + Math.max(...colour)) / 510;
  while (contrast(atLightness(colour, lightness), DARK_GROUND) < 7.5) lightness += 0.02;
  return atLightness(colour, Math.min(1, lightness));
}

/** The accent, what is written on it, and its rim: drawn where the accent alone would not stand out. */
function palette(accent, isDark) {
  const given = parseColour(accent);
  const colour = isDark ? lifted(given) : given;
  const ground = isDark ? DARK_GROUND : LIGHT_GROUND;
  const rim = contrast(colour, ground) >= 3 ? colour : [110, 119, 129];
  const css = (parts) => `rgb(${parts.join(' ')})`;
  return { '--accent': css(colour), '--ink': css(inkOn(colour)), '--rim': css(rim) };
}
