/** What a team leader tells an agent: in words of their own, or by an act that the agent must know of. */
export const MESSAGE_KINDS = ['text', 'paused', 'readied', 'signed_out', 'help_seen'] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

/** Longer than any shift, shorter than a day: nobody is shown yesterday's words at this morning's sign-in. */
export const MESSAGE_LIVES_MS = 16 * 3_600_000;
