/**
 * Errors as the service words them: a stable `code`, a sentence, and details. `status` 0 with code `network` is no answer at all,
 * which the desk treats as "the service is away", never as the agent's mistake.
 */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: unknown;

  constructor(status: number, code: string, message: string, details: unknown) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export const isAway = (error: unknown): boolean => error instanceof ApiError && (error.status === 0 || error.status >= 502);

type Listener = () => void;
let onSessionEnded: Listener = () => {};
/** Called when the service no longer knows this session; the shell puts the sign-in page over whatever is being written. */
export const whenSessionEnds = (listener: Listener): void => {
  onSessionEnded = listener;
};

let onStandingChanged: Listener = () => {};
/** Called when the service asks this session for a second factor it did not ask for before. */
export const whenStandingChanges = (listener: Listener): void => {
  onStandingChanged = listener;
};

/** What a person is told of something that went wrong. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const GIVE_UP_AFTER_MS = 10_000;
export const UPLOAD_GIVES_UP_AFTER_MS = 180_000;

const refusal = async (response: Response): Promise<ApiError> => {
  const body = (await response.json().catch(() => ({}))) as { code?: string; message?: string; details?: unknown };
  return new ApiError(response.status, body.code ?? `http.${response.status}`, body.message ?? response.statusText, body.details ?? {});
};

/** A file goes as its bytes, anything else as JSON. */
const written = (body: unknown): RequestInit => {
  if (body === undefined) return {};
  if (body instanceof Blob) return { headers: { 'content-type': 'application/octet-stream' }, body };
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
};

const send = async (method: string, path: string, body: unknown, signal: AbortSignal): Promise<Response> => {
  try {
    return await fetch(path, {
      method,
      signal,
      credentials: 'same-origin',
      ...written(body),
    });
  } catch (error) {
    throw new ApiError(0, 'network', String(error), {});
  }
};

/** @param limitMs a large file on a slow line takes its time: UPLOAD_GIVES_UP_AFTER_MS. @throws ApiError */
export const request = async <T>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  limitMs = GIVE_UP_AFTER_MS,
): Promise<T> => {
  const response = await send(method, path, body, AbortSignal.timeout(limitMs));
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  if (response.status === 401 && path !== '/api/session') onSessionEnded();
  const refused = await refusal(response);
  if (refused.code === 'session.second_factor_due') onStandingChanged();
  throw refused;
};

/** The bytes of a recording. Each call of this is one play in the history, so fetch once and keep. */
export const requestBytes = async (path: string, signal: AbortSignal): Promise<ArrayBuffer> => {
  const response = await send('GET', path, undefined, signal);
  if (!response.ok) throw await refusal(response);
  return response.arrayBuffer();
};

const FILE_GIVES_UP_AFTER_MS = 600_000;

/** A file that is made for this request. @returns its bytes and the name that it was given */
export const requestFile = async (path: string, body: unknown): Promise<{ bytes: Blob; name: string }> => {
  const response = await send('POST', path, body, AbortSignal.timeout(FILE_GIVES_UP_AFTER_MS));
  if (response.status === 401) onSessionEnded();
  if (!response.ok) throw await refusal(response);
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'export';
  try {
    return { bytes: await response.blob(), name };
  } catch (error) {
    // Broken off in the middle: half a file is none.
    throw new ApiError(0, 'network', String(error), {});
  }
};
