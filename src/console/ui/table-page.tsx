import { Failed, Loading, PageTop } from './parts.tsx';

const shown = (value: unknown): string =>
  value === null || value === undefined ? '—' : typeof value === 'object' ? JSON.stringify(value) : String(value);

/** A page that is one plain table of what the service answered; old rows stay while it is asked again. */
export const TablePage = (props: {
  title: string;
  columns: readonly (readonly [key: string, word: string])[];
  rows: readonly object[];
  loaded: boolean;
  error: unknown;
  onRetry: () => void;
}) => (
  <main className="page">
    <PageTop title={props.title} />
    <div className="page-body">
      {props.error ? <Failed error={props.error} onRetry={props.onRetry} /> : null}
      {!props.loaded && !props.error && <Loading />}
      {props.loaded && (
        <table className="table">
          <thead>
            <tr>
              {props.columns.map(([key, word]) => (
                <th key={key} scope="col">
                  {word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {props.rows.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows are shown once, in the order they came
              <tr key={index}>
                {props.columns.map(([key]) => (
                  <td key={key}>{shown((row as Record<string, unknown>)[key])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  </main>
);
