import t from 'tap';
import { NUMBER_CLASSES, type NumberClass, numberClassOf } from '../../src/calls/dialling.ts';
import { freeUdpPort } from '../helpers/ports.ts';
import { createSipPeer } from '../helpers/sip.ts';
import { startSwitch, until } from '../helpers/switch.ts';

// No service runs here at all: what the switch refuses, it refuses alone.
t.setTimeout(60_000);
const carrierPort = await freeUdpPort();
const house = await startSwitch(t, { trunks: [{ name: 'carrier', host: '127.0.0.1', port: carrierPort, match: ['127.0.0.1'] }] });
const carrier = await createSipPeer(house.sip, carrierPort);
const stolen = await createSipPeer(house.sip);
await house.addPhone('8001', stolen.port);

/** Whatever reaches the carrier costs money. */
const reached: string[] = [];
let open = true;
const listen = async (): Promise<void> => {
  while (open) {
    const call = await carrier.incoming(500).catch(() => null);
    if (!call) continue;
    reached.push(/sip:([^@]*)@/.exec(call.header('to'))?.[1] ?? '?');
    call.reject('486 Busy Here');
  }
};
const listening = listen();
t.teardown(async () => {
  open = false;
  await listening;
  carrier.close();
  stolen.close();
});

/** Makes the switch dial the way a service would that has been taken over. @returns what the carrier was asked for */
const dialled = async (number: string): Promise<string | null> => {
  reached.length = 0;
  await house.line
    .ask('Originate', {
      Channel: `Local/${number}@hotline-out/n`,
      Context: 'hotline-staff',
      Exten: 'third',
      Priority: '1',
      Timeout: '3000',
    })
    .catch(() => undefined);
  return reached[0] ?? null;
};
const classOf = (number: string): NumberClass => numberClassOf(number, { areaCode: '0533', ownNumbers: ['12345'] });
const USUAL: readonly NumberClass[] = ['emergency', 'service', 'local', 'mobile', 'national'];

/** Ways around a list of what is forbidden: carriers chosen by prefix, paid lines, foreign countries in other spellings. */
const EVASIONS = [
  ...['17909013812345678', '179090044123456789', '1795113812345678', '17908008529876543', '179110018005550100', '1930018005550100'],
  ...['10193008529876', '19600441234567', '11808138123456', '197008613800138000', '01790913812345678', '053317909138123'],
  ...['1016812345678', '16012345', '16812345', '16812345678', '053316812345678', '0533160123', '01016812345', '016812345678'],
  ...['008801234567', '+18005550100', '0018005550100', '+8600441234567', '008600441234567', '+86+441234567', '+8616812345'],
  ...[
    '+861790913812345',
    '00861790900441234',
    '13491234567',
    '17401234567',
    '013491234567',
    '1064812345678',
    '118114',
    '16651',
    '9016812345',
  ],
  ...['12345', '+8612345', '053312345', '008612345', '+86053312345', '0', '00', '+', '++110', '110110', '1101', '9', '1', '12'],
  ...['110&PJSIP/8001', '13812340000&17909', '110)', '13812340000 ', '*8', 'guard', 'class', 's', 'T'],
];

t.test('nothing that is not on the list reaches the carrier, in no spelling', async (t) => {
  for (const number of EVASIONS) t.equal(await dialled(number), null, number);
});

t.test('what may be dialled is dialled, in the form the carrier takes', async (t) => {
  const forms = [
    ...[['110'], ['122'], ['12315'], ['95588'], ['9510588'], ['96888'], ['10086'], ['4008001234'], ['8008001234'], ['5550009']],
    ...[['05335550009'], ['01062345678'], ['02112345'], ['13812340000'], ['013812340000'], ['16651234567'], ['19912345678']],
    ...[
      ['+8613812340000', '13812340000'],
      ['008613812340000', '13812340000'],
    ],
  ];
  for (const [number = '', as = number] of forms) t.equal(await dialled(number), as, number);
});

t.test('service and switch keep one list', async (t) => {
  // A fixed row of digits that nobody has chosen: the two lists must not differ where nobody thought of it.
  let seed = 20261124;
  const digit = (): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor(seed / 65536) % 10;
  };
  const heads = ['', '0', '1', '16', '17', '13', '95', '96', '40', '00', '0533', '010', '02', '12', '10', '+86', '+'];
  const chosen = heads.flatMap((head) =>
    [3, 4, 5, 7, 8, 10, 11, 12].map((length) => {
      const missing = Math.max(1, length - head.replace('+', '').length);
      return head + Array.from({ length: missing }, digit).join('');
    }),
  );
  let [both, neither] = [0, 0];
  for (const number of chosen) {
    const may = USUAL.includes(classOf(number));
    t.equal((await dialled(number)) !== null, may, `${number} is ${classOf(number)}`);
    if (may) both += 1;
    else neither += 1;
  }
  t.ok(both > 15 && neither > 15, `${both} dialled, ${neither} refused`);
});

t.test('which classes are open is kept at the switch; an emergency number always is', async (t) => {
  const samples = { emergency: '119', service: '95588', local: '5550009', mobile: '13812340000', national: '01062345678' };
  const costly = { premium: '16812345', international: '008529876543' };
  for (const [numberClass, number] of Object.entries({ ...samples, ...costly })) t.equal(classOf(number), numberClass, number);
  await house.put('hotline', 'out', NUMBER_CLASSES.join(','));
  for (const number of Object.values({ ...samples, ...costly })) t.equal(await dialled(number), number, `${number}: all is open`);
  t.equal(await dialled('17909013812345678'), null, 'what is no class stays shut');
  await house.put('hotline', 'out', 'national');
  for (const number of [samples.service, samples.local, samples.mobile, ...Object.values(costly)])
    t.equal(await dialled(number), null, number);
  for (const number of [samples.emergency, samples.national]) t.equal(await dialled(number), number, number);
  // An empty value is no value to the switch's manager: a word that is no class shuts everything.
  await house.put('hotline', 'out', 'none');
  t.equal(await dialled(samples.national), null);
  t.equal(await dialled(samples.emergency), samples.emergency);
  await house.remove('hotline', 'out');
});

t.test('a stolen telephone of the house reaches the carrier by no number at all', async (t) => {
  reached.length = 0;
  for (const number of ['110', '13812340000', '17909013812345678', '0018005550100', '12345', 's', 'T', 'outside', '*8'])
    t.not(await stolen.call(number, { from: '8001' }).status, 200, number);
  t.same(reached, []);
  await until('no call is left', async () => (await house.channels()) === 0);
});
