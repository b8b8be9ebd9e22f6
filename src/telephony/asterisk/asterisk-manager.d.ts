/** The library ships no types. Only what ami.ts touches is told here, so that nothing else of it can creep in. */
declare module 'asterisk-manager' {
  /** One frame as the library parsed it: lower-cased keys; a repeated key is an array, `variable` an object. Not to be trusted. */
  export type RawFrame = Record<string, unknown>;
  export type ActionCallback = (err: RawFrame | undefined, response?: RawFrame) => void;

  interface Manager {
    on(name: string, listener: (...values: never[]) => void): void;
    listeners(name: string): ((frame: RawFrame) => void)[];
    removeAllListeners(name: string): void;
    connect(port: number, host: string, callback?: () => void): void;
    login(callback: (err?: RawFrame) => void): void;
    action(fields: Record<string, string>, callback: ActionCallback): string;
    disconnect(): void;
  }

  /** Without a port the library does not connect by itself. */
  const createManager: new (port: number | undefined, host: string, user: string, secret: string, events: boolean) => Manager;
  export default createManager;
}
