import t from 'tap';
import { createLinkTokens } from '../../src/surveys/link-tokens.ts';

t.test('a link’s secret comes of what is kept and of a key that is not', async (t) => {
  const tokens = createLinkTokens(Buffer.alloc(32, 1));
  const { nonce, tokenHash } = tokens.mint();
  const token = tokens.tokenOf(nonce);
  t.match(token, /^[\w-]{24}$/);
  t.equal(tokens.hashOf(token), tokenHash, 'it is found by its hash');
  t.equal(tokens.tokenOf(nonce), token, 'and is the same at every try to send it');
  t.not(createLinkTokens(Buffer.alloc(32, 2)).tokenOf(nonce), token, 'without the key the nonce opens nothing');
  t.not(tokens.hashOf(nonce), tokenHash, 'nor is it the secret itself');
  t.equal(new Set(Array.from({ length: 200 }, () => tokens.mint().nonce)).size, 200);
  for (const none of ['', 'short', `${token}x`, '../../etc/passwd00000000']) t.equal(tokens.hashOf(none), null, none);
});
