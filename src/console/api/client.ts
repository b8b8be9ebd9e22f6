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

const GIVE_UP_AFTER_MS = 10_000;
const UPLOAD_GIVES_UP_AFTER_MS = 180_000;

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

/** @throws ApiError */
export const request = async <T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> => {
  const response = await send(method, path, body, AbortSignal.timeout(GIVE_UP_AFTER_MS));
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  if (response.status === 401 && path !== '/api/session') onSessionEnded();
  const refused = await refusal(response);
  if (refused.code === 'session.second_factor_due') onStandingChanged();
  throw refused;
};

/** A file's bytes as they are; a large one on a slow line takes its time. @throws ApiError */
export const sendFile = async <T>(path: string, file: Blob): Promise<T> => {
  const response = await fetch(path, {
    method: 'POST',
    signal: AbortSignal.timeout(UPLOAD_GIVES_UP_AFTER_MS),
    credentials: 'same-origin',
    headers: { 'content-type': 'application/octet-stream' },
    body: file,
  }).catch((error: unknown) => {
    throw new ApiError(0, 'network', String(error), {});
  });
  if (response.ok) return (await response.json()) as T;
  if (response.status === 401) onSessionEnded();
  throw await refusal(response);
};

/** The bytes of a recording. Each call of this is one play in the history, so fetch once and keep. */
export const requestBytes = async (path: string, signal: AbortSignal): Promise<ArrayBuffer> => {
  const response = await send('GET', path, undefined, signal);
  if (!response.ok) throw await refusal(response);
  return response.arrayBuffer();
};

/** Small bytes beside a file. @throws ApiError */
export const putBytes = async (path: string, body: Blob): Promise<void> => {
  const response = await fetch(path, {
    method: 'PUT',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/octet-stream' },
    body,
    signal: AbortSignal.timeout(GIVE_UP_AFTER_MS),
  });
  if (!response.ok) throw await refusal(response);
};
