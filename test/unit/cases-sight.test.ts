import t from 'tap';
import { valueWithoutIdentity, withoutIdentity } from '../../src/cases/sight.ts';

const MOBILE = { contactName: '郁蕊仙', contactNumber: '19912345678' };

t.test('what agents write where they should not is taken out of a protected case', async (t) => {
  for (const [text, shown] of [
    ['来电人郁蕊仙反映', '来电人×××反映'],
    ['郁 蕊 仙住三楼', '×××住三楼'],
    ['郁女士说过，郁某某也在', '×××说过，×××也在'],
    ['回电19912345678', '回电×××'],
    ['回电199-1234-5678。', '回电×××。'],
    ['回电199 123 45678。', '回电×××。'],
    ['回电１９９１２３４５６７８。', '回电×××。'],
    ['回电+86 199.1234.5678。', '回电×××。'],
    ['另有 0533-3181234 与 05333181234', '另有 ××× 与 ×××'],
    ['郁金香花坛在 3 号楼，2026-09-29 16:00，工单 20261124000123', '郁金香花坛在 3 号楼，2026-09-29 16:00，工单 20261124000123'],
  ] as const)
    t.equal(withoutIdentity(text, MOBILE), shown, text);

  const house = { contactName: '欧阳山', contactNumber: '05333181234' };
  t.equal(withoutIdentity('欧阳先生家 318-1234，夜间 3181234', house), '×××家 ×××，夜间 ×××', 'a local number without its area code');
  const named = { contactName: 'A. (Mill*r)', contactNumber: null };
  t.equal(withoutIdentity('a. (mill*r) rang', named), '××× rang', 'a name is text, whatever marks are in it');
  t.equal(withoutIdentity('李家门口', { contactName: '李', contactNumber: null }), '李家门口', 'one character is no name');
  t.equal(withoutIdentity('没有留名', { contactName: '', contactNumber: '' }), '没有留名');
});

t.test('and out of whatever the text stands in', async (t) => {
  const at = new Date();
  t.same(valueWithoutIdentity({ plan: [{ by: '2026-12-14', step: '联系郁蕊仙' }], at, n: 3, none: null }, MOBILE), {
    plan: [{ by: '2026-12-14', step: '联系×××' }],
    at,
    n: 3,
    none: null,
  });
});
