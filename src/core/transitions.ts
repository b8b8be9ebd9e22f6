/** A workflow as a table: rows of data, looked up by state and command. Pure, and ignorant of what the states mean. */
export interface TransitionRow<State extends string, Command extends string> {
  command: Command;
  from: readonly State[];
  /** Where it leads. With several, the decision picks one of them and no other. `same` leaves the state as it is. */
  to: readonly (State | 'same')[];
}

export interface TransitionTable<State extends string, Command extends string, Row extends TransitionRow<State, Command>> {
  rows: readonly Row[];
  /** The one row for this command in this state; null when the move is forbidden. */
  find(state: State, command: Command): Row | null;
  /** Commands that the table allows in this state, whoever asks. */
  commandsFrom(state: State): Command[];
}

/** @throws Error when two rows answer for one state and command: the table would depend on its order */
export const transitionTable = <State extends string, Command extends string, Row extends TransitionRow<State, Command>>(
  rows: readonly Row[],
): TransitionTable<State, Command, Row> => {
  const byKey = new Map<string, Row>();
  for (const row of rows)
    for (const state of row.from) {
      const key = `${state} ${row.command}`;
      if (byKey.has(key)) throw new Error(`two rows for ${key}`);
      byKey.set(key, row);
    }
  return {
    rows,
    find: (state, command) => byKey.get(`${state} ${command}`) ?? null,
    commandsFrom: (state) => rows.filter((row) => row.from.includes(state)).map((row) => row.command),
  };
};
