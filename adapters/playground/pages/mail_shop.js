// The shop has no live socket of its own: this one only counts the mails.
import { listen } from './chat_wire.js';
import { showMailCount } from './mail_link.js';

listen({
  onOpen: () => showMailCount(0),
  onNews: (news) => { if (news.type === 'mails') showMailCount(news.count); },
  onLost: () => {},
});
