import { createHash } from 'node:crypto';
import type { FormFault } from './link.ts';
import type { Shown } from './web.ts';

/** The page of the one-time link as text: no script, nothing from elsewhere, nothing about anybody. Pure. */
export type PageLanguage = 'zh' | 'en';

const STYLE = `
:root{color-scheme:light dark}
body{margin:0;font:18px/1.6 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif;background:#edf0f3;color:#16202b}
main{max-width:34rem;margin:0 auto;padding:16px;background:#fff;min-height:100vh;box-sizing:border-box}
h1{font-size:22px;line-height:30px;margin:8px 0}
fieldset,.field{border:0;margin:0 0 20px;padding:0}
legend,.field>label{font-weight:600;padding:0;margin:0 0 4px}
.choice{display:flex;gap:10px;align-items:center;min-height:44px;border:1px solid #84909c;border-radius:4px;padding:0 12px;margin:0 0 8px}
input[type=radio],input[type=checkbox]{width:22px;height:22px;margin:0;flex:none}
input[type=text],textarea{font:inherit;width:100%;box-sizing:border-box;padding:8px 12px;border:1px solid #84909c;border-radius:4px;background:#fff;color:inherit}
input[type=text]{max-width:9rem;letter-spacing:.1em}
button{font:inherit;font-weight:600;width:100%;min-height:48px;border:0;border-radius:4px;background:#1b62a8;color:#fff}
:focus-visible{outline:3px solid #1b62a8;outline-offset:2px}
.fault{color:#b0231a;margin:0 0 4px}
.faults{border:2px solid #b0231a;border-radius:4px;padding:8px 16px;margin:0 0 20px}
a{color:#17599a}
.note{color:#445160;font-size:16px}
@media (prefers-color-scheme:dark){body{background:#10151b;color:#e4eaf0}main{background:#181f27}input[type=text],textarea{background:#10151b}.note{color:#b4c0cc}.fault{color:#f5938a}.faults{border-color:#f5938a}a{color:#79b4ec}button{background:#2a6db0}:focus-visible{outline-color:#79b4ec}}
`;

/** Only this very style sheet is allowed, and forms only to us. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const WORDS = {
  zh: {
    title: '12345 热线回访',
    intro: '您反映的事项，承办单位已经答复。请回答三个问题，约一分钟。',
    digits: '接收短信的手机号后四位',
    digits_note: '只用来确认是您本人。',
    contacted: '承办单位联系过您吗？',
    settled: '问题解决了吗？',
    satisfied: '您对办理结果满意吗？',
    text: '想补充的话（可不填）',
    opt_out: '今后不再给我打回访电话',
    send: '提交',
    faults: '还差一点：',
    other: 'English',
    yes: '是',
    no: '否',
    settled_1: '已解决',
    settled_2: '部分解决',
    settled_3: '没有解决',
    satisfied_5: '非常满意',
    satisfied_4: '满意',
    satisfied_3: '基本满意',
    satisfied_2: '不满意',
    satisfied_1: '非常不满意',
    digits_missing: '填手机号的后四位数字',
    digits_wrong: '后四位不对，请再看一下',
    not_answered: '选一项满意程度，或问题是否解决',
    too_long: '补充的话最多 500 字',
    thanks: '收到了，谢谢您。您的回答会转给承办单位和监督部门。',
    used: '这项回访已经收到您的回答，不用再填。',
    expired: '这个链接过期了。要反映情况，请拨打 12345。',
    replaced: '这个链接已经换新，请打开最近一条短信里的链接，或拨打 12345。',
    locked: '后四位错了多次，这个链接已停用。要反映情况，请拨打 12345。',
    unknown: '没有这个链接。请核对短信里的网址，或拨打 12345。',
    on_the_line: '我们正在给您打电话，接听后按键回答即可；没接到可以稍后再填。',
    over: '这项回访已经结束。要反映情况，请拨打 12345。',
    too_many: '来得太勤了，一分钟后再试。',
    broken: '没有收到，请稍后再试，或拨打 12345。',
  },
  en: {
    title: '12345 hotline callback',
    intro: 'The unit has answered the matter you raised. Three questions, about one minute.',
    digits: 'Last four digits of the phone that got the message',
    digits_note: 'Only to make sure that it is you.',
    contacted: 'Has the unit been in touch with you?',
    settled: 'Is it settled?',
    satisfied: 'How satisfied are you with the outcome?',
    text: 'Anything to add (optional)',
    opt_out: 'Do not call me for surveys again',
    send: 'Send',
    faults: 'Something is missing:',
    other: '中文',
    yes: 'Yes',
    no: 'No',
    settled_1: 'Settled',
    settled_2: 'Partly',
    settled_3: 'Not settled',
    satisfied_5: 'Very satisfied',
    satisfied_4: 'Satisfied',
    satisfied_3: 'Fairly satisfied',
    satisfied_2: 'Dissatisfied',
    satisfied_1: 'Very dissatisfied',
    digits_missing: 'Give the last four digits of your phone number',
    digits_wrong: 'These four digits are not right, please look again',
    not_answered: 'Choose how satisfied you are, or whether it is settled',
    too_long: 'At most 500 characters to add',
    thanks: 'Received, thank you. Your answer goes to the unit and to its supervisors.',
    used: 'Your answer has been received already; there is nothing left to fill in.',
    expired: 'This link has expired. To report something, call 12345.',
    replaced: 'There is a newer link: open the one in the latest message, or call 12345.',
    locked: 'The digits were wrong too often and this link is closed. To report something, call 12345.',
    unknown: 'There is no such link. Check the address in the message, or call 12345.',
    on_the_line: 'We are calling you now: answer by key, or fill this in later.',
    over: 'This callback is over. To report something, call 12345.',
    too_many: 'Too many requests: try again in a minute.',
    broken: 'Not received. Try again later, or call 12345.',
  },
} as const satisfies Record<PageLanguage, Record<string, string>>;
type Word = keyof (typeof WORDS)['zh'];

const escaped = (text: string): string => text.replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);

const faultOf = (faults: readonly FormFault[], field: FormFault['field'], t: (word: Word) => string): string => {
  const fault = faults.find((each) => each.field === field);
  return fault ? `<p class="fault" id="${field}-fault">${t(fault.code)}</p>` : '';
};

const choices = (name: string, legend: string, of: readonly (readonly [number, string])[], chosen: number | null, fault = ''): string => `
<fieldset id="${name}"${fault ? ` aria-describedby="${name}-fault"` : ''}><legend>${legend}</legend>${fault}
${of
  .map(
    ([value, label]) =>
      `<label class="choice"><input type="radio" name="${name}" value="${value}"${value === chosen ? ' checked' : ''}> ${label}</label>`,
  )
  .join('\n')}
</fieldset>`;

const form = ({ faults, answers }: Shown, t: (word: Word) => string): string => {
  const digitsFault = faultOf(faults, 'digits', t);
  const summary = faults.map(({ field, code }) => `<li><a href="#${field}">${t(code)}</a></li>`).join('');
  return `<p>${t('intro')}</p>
${summary && `<div class="faults" role="alert"><p>${t('faults')}</p><ul>${summary}</ul></div>`}
<form method="post" novalidate>
<div class="field"><label for="digits">${t('digits')}</label>${digitsFault}
<input type="text" id="digits" name="digits" inputmode="numeric" autocomplete="off" maxlength="8" required aria-describedby="digits-note${digitsFault && ' digits-fault'}"${digitsFault && ' aria-invalid="true"'}>
<p class="note" id="digits-note">${t('digits_note')}</p></div>
${choices(
  'contacted',
  t('contacted'),
  [
    [1, t('yes')],
    [2, t('no')],
  ],
  answers.contacted,
)}
${choices(
  'settled',
  t('settled'),
  [
    [1, t('settled_1')],
    [2, t('settled_2')],
    [3, t('settled_3')],
  ],
  answers.settled,
)}
${choices(
  'satisfied',
  t('satisfied'),
  [
    [5, t('satisfied_5')],
    [4, t('satisfied_4')],
    [3, t('satisfied_3')],
    [2, t('satisfied_2')],
    [1, t('satisfied_1')],
  ],
  answers.satisfied,
  faultOf(faults, 'satisfied', t),
)}
<div class="field"><label for="text">${t('text')}</label>${faultOf(faults, 'text', t)}
<textarea id="text" name="text" rows="3" maxlength="500">${escaped(answers.text)}</textarea></div>
<label class="choice"><input type="checkbox" name="opt_out" value="yes"${answers.optOut ? ' checked' : ''}> ${t('opt_out')}</label>
<button>${t('send')}</button>
</form>`;
};

/** @param what what the link may do, or why there is nothing to see */
export const webPage = (what: Shown | 'too_many' | 'broken', language: PageLanguage): string => {
  const words = WORDS[language];
  const t = (word: Word): string => words[word];
  const body =
    typeof what === 'string' ? `<p>${t(what)}</p>` : what.standing === 'open' ? form(what, t) : `<p role="status">${t(what.standing)}</p>`;
  const other = language === 'zh' ? ['en', 'en'] : ['zh', 'zh-CN'];
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>${t('title')}</title><style>${STYLE}</style></head>
<body><main><h1>${t('title')}</h1>
${body}
<p><a href="?lang=${other[0]}" lang="${other[1]}" hreflang="${other[1]}">${t('other')}</a></p>
</main></body></html>`;
};
