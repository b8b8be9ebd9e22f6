import { type ManagerAddress, type ManagerLine, openManagerLine } from './manager-line.ts';

/** The switch's own name for how a registration at a carrier stands. */
export interface Registration {
  /** As configured, without our prefix. */
  trunk: string;
  status: string;
}

export const registrationName = (trunk: string): string => `trunk-${trunk}-registration`;

export const readRegistrations = async (line: ManagerLine): Promise<Registration[]> => {
  // A switch without any says so as an error.
  const events = await line.list('PJSIPShowRegistrationsOutbound', {}, 'OutboundRegistrationDetailComplete').catch(() => []);
  return events.flatMap(({ objectname = '', status = '' }) => {
    const trunk = /^trunk-(.+)-registration$/.exec(objectname)?.[1];
    return trunk === undefined ? [] : [{ trunk, status }];
  });
};

/** @returns null while registered, else what an operator reads */
export const registrationFault = (trunk: string, registrations: readonly Registration[]): string | null => {
  const status = registrations.find((each) => each.trunk === trunk)?.status;
  if (status === 'Registered') return null;
  const again = '；会自动重试 (tried again by itself)';
  if (status === undefined) return `中继 ${trunk} 没有注册项 (the switch knows no registration for it: restart the switch)`;
  if (/reject/i.test(status))
    return `运营商拒绝注册中继 ${trunk}：请核对 user 和 secret (the carrier refuses the registration: check user and secret)${again}`;
  return `中继 ${trunk} 未注册，运营商无应答：请核对 host、port、transport (no answer from the carrier: check host, port and transport)${again}`;
};

const KEPT_MS = 5_000;

/** Asks the switch at most once in five seconds, however often a monitor asks us. */
export const createTrunkWatch = (address: ManagerAddress, now: () => number = Date.now) => {
  let kept: { at: number; answer: Promise<Registration[]> } | null = null;
  const ask = async (): Promise<Registration[]> => {
    const line = await openManagerLine(address);
    try {
      return await readRegistrations(line);
    } finally {
      line.close();
    }
  };
  return async (trunk: string): Promise<string | null> => {
    if (kept === null || now() - kept.at > KEPT_MS) kept = { at: now(), answer: ask() };
    return registrationFault(trunk, await kept.answer);
  };
};
