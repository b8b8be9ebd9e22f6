import { parentPort, workerData } from 'node:worker_threads';
import ari from 'ari-client';

/**
 * `ari-client` in a thread of its own (why: ari.ts). Takes one request per message and answers each with its number.
 * Started and ended by ari.ts only.
 */
export interface AriRequest {
  id: number;
  operation: 'put' | 'delete';
  objectType: 'auth' | 'aor' | 'endpoint';
  name: string;
  fields: { attribute: string; value: string }[];
}

export interface AriAnswer {
  id: number;
  error: string | null;
}

// The library's swagger part tells the terminal about its own age through this global.
(globalThis as unknown as { log: () => void }).log = () => {};

/** It rejects with an Error, a string of JSON, or nothing at all. */
const tell = (thrown: unknown): string => {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  try {
    const parsed = JSON.parse(text) as { message?: unknown };
    return typeof parsed.message === 'string' ? parsed.message : text;
  } catch {
    return text;
  }
};

const { url, user, secret } = workerData as { url: string; user: string; secret: string };
const connecting = ari.connect(url, user, secret);
// Request 0, which nobody made: whether this thread is of any use.
connecting.then(
  () => parentPort?.postMessage({ id: 0, error: null } satisfies AriAnswer),
  (err: unknown) => parentPort?.postMessage({ id: 0, error: tell(err) } satisfies AriAnswer),
);

parentPort?.on('message', async (request: AriRequest) => {
  const { id, operation, objectType, name, fields } = request;
  try {
    const client = await connecting;
    const object = { configClass: 'res_pjsip', objectType, id: name };
    // The types call `fields` a container; what the switch reads is the list.
    if (operation === 'put') await client.asterisk.updateObject({ ...object, fields: fields as never });
    else await client.asterisk.deleteObject(object);
    parentPort?.postMessage({ id, error: null } satisfies AriAnswer);
  } catch (thrown) {
    parentPort?.postMessage({ id, error: tell(thrown) } satisfies AriAnswer);
  }
});
