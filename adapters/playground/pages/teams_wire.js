// The control API of the pretend Teams. Nothing here knows what the page looks like.
import { call, listen as listenAt, post } from './chat_wire.js';

export const readState = () => call('/teams/state');
export const read = (name, query) => call(`/teams/control/${name}?${new URLSearchParams(query)}`);
export const write = (name, body = {}) => post(`/teams/control/${name}`, body);
export const endFaults = () => call('/teams/control/fault', { method: 'DELETE' });
export const listen = (ears) => listenAt({ path: '/teams/live', ...ears });
