import { ApiError } from '../api/client.ts';

/** Browsers tell how far a request's body has gone only by the older interface. */
const GIVE_UP_AFTER_MS = 600_000;

/**
 * Sends the bytes of a file as they are.
 * @param onProgress told the share sent, 0 to 1
 * @throws ApiError
 */
export const sendFile = <T>(path: string, file: Blob, onProgress: (share: number) => void, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const going = new XMLHttpRequest();
    going.open('POST', path);
    going.timeout = GIVE_UP_AFTER_MS;
    going.responseType = 'json';
    going.setRequestHeader('content-type', 'application/octet-stream');
    going.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    const away = (): void => reject(new ApiError(0, 'network', '', {}));
    going.onerror = away;
    going.ontimeout = away;
    going.onabort = away;
    going.onload = () => {
      const body = (going.response ?? {}) as { code?: string; message?: string; details?: unknown };
      if (going.status === 200) resolve(body as T);
      else reject(new ApiError(going.status, body.code ?? `http.${going.status}`, body.message ?? '', body.details ?? {}));
    };
    signal.addEventListener('abort', () => going.abort());
    going.send(file);
  });

const PREVIEW_PIXELS = 240;
const PREVIEW_QUALITY = 0.7;

/** A small JPEG of a photo, or null when this browser cannot read it. */
export const smallPicture = async (file: Blob): Promise<Blob | null> => {
  try {
    const whole = await createImageBitmap(file);
    const scale = Math.min(1, PREVIEW_PIXELS / Math.max(whole.width, whole.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(whole.width * scale));
    canvas.height = Math.max(1, Math.round(whole.height * scale));
    canvas.getContext('2d')?.drawImage(whole, 0, 0, canvas.width, canvas.height);
    whole.close();
    return await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', PREVIEW_QUALITY));
  } catch {
    return null;
  }
};

/** Files that a paste or a drop brings; text and links bring none. */
export const filesOf = (data: DataTransfer | null): File[] => [...(data?.files ?? [])];
