const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export interface Provenance {
  method: string;
  isWebSocket: boolean;
  origin: string | undefined;
  /** The X-Hotline header: a page of another site cannot set it without asking us first, a script can. */
  scriptHeader: string | string[] | undefined;
  /** Sec-Fetch-Site, of browsers that send it. */
  fetchSite: string | string[] | undefined;
  /** The route reads no session and its address is itself the secret: whoever knows it may as well send the form themselves. */
  byLink: boolean;
}

/**
 * Whether a request that changes something, or opens a socket, comes from our own pages or from a script. Browsers send
 * Origin on every such request and pages cannot forge it; SameSite=Strict alone would trust every sibling subdomain.
 */
export const isOwn = (from: Provenance, origins: ReadonlySet<string>): boolean => {
  if (SAFE_METHODS.has(from.method) && !from.isWebSocket) return true;
  // The browsers inside other programs send no Origin with a form, some of them the word null.
  if (from.byLink && (from.origin === undefined || from.origin === 'null')) return from.fetchSite !== 'cross-site';
  if (from.origin !== undefined) return origins.has(from.origin);
  return from.scriptHeader === '1';
};
