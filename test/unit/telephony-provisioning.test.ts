import t from 'tap';
import { phoneObjects } from '../../src/telephony/asterisk/provisioning.ts';

t.test('a browser that dies while it holds is given up in seconds; a desk phone may hold in silence', async (t) => {
  const hold = (kind: 'browser' | 'desk' | 'citizen') =>
    phoneObjects({ extension: '8001', displayName: '坐席', secret: 's', kind }).find(({ objectType }) => objectType === 'endpoint')?.fields;
  t.match(hold('browser'), { rtp_timeout: '5', rtp_timeout_hold: '5' });
  t.match(hold('citizen'), { rtp_timeout: '5', rtp_timeout_hold: '5' });
  t.match(hold('desk'), { rtp_timeout: '5', rtp_timeout_hold: '60' });
});
