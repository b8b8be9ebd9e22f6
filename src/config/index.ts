export {
  type Config,
  type ConfigRow,
  childEnvironment,
  describeConfig,
  type Environment,
  loadConfig,
  loadRelayConfig,
  type ManagedSwitch,
  type RelayConfig,
  readConfig,
  readRelayConfig,
  type SwitchNode,
  type Tls,
  type Trunk,
} from './config.ts';
export { deriveKey, masterSecret } from './secret.ts';
export { readTls, type TlsPair, watchTls } from './tls.ts';
