// The link to the mailbox in the head of another page, with the number of mails that are kept.
export function showMailCount(count) {
  document.getElementById('mail-count').textContent = String(count);
}
