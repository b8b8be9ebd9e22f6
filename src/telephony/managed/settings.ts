/** A carrier's SIP trunk: where its calls come from and where ours go. */
export interface TrunkSettings {
  /** Part of the endpoint's name: `trunk-<name>`. Letters, digits and dashes. */
  name: string;
  host: string;
  port: number;
  /** Addresses or networks the carrier sends from; only these may ring the hotline. */
  match: readonly string[];
  auth?: { username: string; password: string };
  /** True when the carrier wants us to register. */
  register?: boolean;
  /** udp unless said otherwise. */
  transport?: 'udp' | 'tcp';
  /** After how long a failed registration is tried again; 30. */
  retrySeconds?: number;
}

/** What a house decides about its managed switch. Everything else is made up per instance and kept beside it. */
export interface ManagedSwitchSettings {
  /** The switch's own directory: configuration, records, recordings, secrets. */
  directory: string;
  /** Our dialplans/ directory: *.conf, queues/*.conf and sounds/. */
  dialplansDirectory: string;
  /** Studio recordings that take the place of rendered prompts: `<overlay>/zh/<prompt id>.wav|.ulaw`. */
  soundsOverlay?: string | undefined;
  /** Ports on loopback; one that is left out is chosen free at the first start and kept. */
  ports?: Partial<SwitchPorts> | undefined;
  rtp?: { start: number; end: number } | undefined;
  /** Where browsers' voices are received; by default the machine's first address that is not loopback. */
  rtpAddress?: string | undefined;
  /** Where trunks and desk phones reach us over SIP; loopback unless a house opens it. */
  sipAddress?: string | undefined;
  /** The hotline's number first, then the other spellings a trunk may deliver ("053312345"). */
  numbers?: readonly string[] | undefined;
  /** "0533": completes a landline that arrives without its area code, so that it is found under one key. */
  areaCode?: string | undefined;
  trunks?: readonly TrunkSettings[] | undefined;
  /** Duty phone, dialled through the first trunk when nobody is signed in; the service may change it while running. */
  fallbackNumber?: string | undefined;
  /** Part of every channel id; unique among the nodes of one house. Made up when left out. */
  node?: string | undefined;
  /** Modules a test or a bench needs beside ours. */
  extraModules?: readonly string[] | undefined;
  /** More lines for extensions.conf's `bench.conf` hook; empty in production. */
  extraDialplan?: string | undefined;
  /** More objects for pjsip.conf; for tests that play a carrier. */
  extraPjsip?: string | undefined;
}

export interface SwitchPorts {
  http: number;
  ami: number;
  sip: number;
}

/** What one instance made up for itself at its first start; secret, kept in a file only its owner reads. */
export interface InstanceIdentity {
  node: string;
  /** Asterisk wants one; without a network card it would complain at each command. */
  entityId: string;
  amiSecret: string;
  ariSecret: string;
  ports: SwitchPorts;
}

export interface SwitchDirectories {
  base: string;
  etc: string;
  run: string;
  log: string;
  spool: string;
  lib: string;
  data: string;
  cache: string;
}

/** The name under which the service signs in, to AMI and ARI alike. */
export const SERVICE_USER = 'hotline';

/** Everything the rendering needs; nothing is looked up while rendering. */
export interface ConfigurationInput {
  settings: ManagedSwitchSettings;
  identity: InstanceIdentity;
  directories: SwitchDirectories;
  modulesDirectory: string;
  rtpAddress: string;
}
