import type { CaseId } from '../core/ids.ts';
import type { Store } from '../storage/store.ts';
import type { CaseLivesRepository } from './repository.ts';
import { wordsOf } from './sight.ts';

/** Cases of one transaction: whoever writes meanwhile waits no longer than for these. */
const AT_ONCE = 200;

/**
 * Makes the full-text index anew from the cases themselves, for instance after subjects or places were renamed or the rule of
 * what is hidden has changed. Every case stays findable meanwhile; it may be run again at any time.
 * @param told is called after each piece with how many are done
 * @returns how many cases it holds
 */
export const rebuildSearchIndex = async (
  deps: { store: Pick<Store, 'write'>; lives: Pick<CaseLivesRepository, 'registeredAfter' | 'textsOf' | 'index'> },
  told: (done: number) => void = () => {},
): Promise<number> => {
  const { store, lives } = deps;
  let done = 0;
  for (let after: CaseId = 0; ; ) {
    // Read and written in one transaction, or a case that changes in between would be left under its old words.
    const ids = await store.write(async () => {
      const some = await lives.registeredAfter(after, AT_ONCE);
      const texts = await lives.textsOf(some);
      if (some.length) await lives.index([...texts].map(([caseId, of]) => ({ caseId, words: wordsOf(of) })));
      return some;
    });
    done += ids.length;
    const last = ids.at(-1);
    if (last === undefined) return done;
    told(done);
    after = last;
  }
};
