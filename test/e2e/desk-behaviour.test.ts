import t from 'tap';
import { eventually } from '../helpers/product.ts';
import type { SipCall } from '../helpers/sip.ts';
import { armed, bothHear, leads, mode, neverHears, openHall, tabTo } from './hall.ts';
import { AGENT_HZ, plugMicrophoneIn, unplugMicrophone } from './instruments.ts';

/** A day at the desk without a mouse, with two tabs, devices that are chosen and pulled out, and a line that is lost. */
t.setTimeout(235_000);

t.test('the desk in a real browser', { timeout: 230_000 }, async (t) => {
  const { product, openPage, dial } = await openHall(t);
  const page = await openPage();
  // Set by the call that the following tests share.
  let citizen!: SipCall;

  await t.test('log in, sign in and go ready with the keyboard alone', async (t) => {
    await page.waitForSelector('#account');
    await tabTo(page, '#account');
    await page.keyboard.type('agent1');
    await page.keyboard.press('Tab');
    await page.keyboard.type(product.password);
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-act=sign-in]:enabled', { timeout: 30_000 });
    await tabTo(page, '[data-act=sign-in]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.call-bar[data-mode=ready],.call-bar[data-mode=paused]', { timeout: 20_000 });
    if (await page.$('.call-bar[data-mode=paused]')) {
      await armed(page);
      await tabTo(page, '[data-act=ready]');
      await page.keyboard.press('Enter');
    }
    await mode(page, 'ready');
    t.pass('ready without a mouse');
  });

  await t.test('a second tab mirrors the first, takes the telephone when asked, and gives it back when it closes', async (t) => {
    const second = await openPage();
    await second.waitForSelector('[data-act=take-phone]', { timeout: 30_000 });
    t.ok(await leads(page), 'the first tab keeps the telephone');
    await second.click('[data-act=take-phone]');
    await page.waitForSelector('[data-act=take-phone]', { timeout: 10_000 });
    await eventually('the second tab to hold a registered telephone', 15_000, async () => {
      const { phone } = await second.evaluate(() => ({ phone: document.querySelector('.facts')?.textContent ?? '' }));
      return (await leads(second)) && /耳机正常/.test(phone) && (await second.$('.call-bar[data-mode=ready]'));
    });
    t.pass('the second tab has it, the first says so');
    await second.close();
    await page.locator('[data-act=take-phone]').waitFor({ state: 'detached', timeout: 10_000 });
    await eventually('the first tab to be ready again', 15_000, async () =>
      /耳机正常/.test((await page.textContent('.facts')) ?? '') ? page.$('.call-bar[data-mode=ready]') : null,
    );
    t.pass('the first tab has it back');
  });

  await t.test('the microphone, the headset and the ring are tried, chosen and remembered', async (t) => {
    await page.click('[data-act=preferences]');
    await eventually(
      'the microphone’s cells to move',
      10_000,
      async () => Number(await page.getAttribute('[data-check=microphone]', 'data-level')) > 0,
    );
    const choose = async (id: string): Promise<string> => {
      await page.locator(`#${id} option`).nth(1).waitFor({ state: 'attached', timeout: 10_000 });
      const values = await page.locator(`#${id} option`).evaluateAll((options) => options.map((each) => (each as HTMLOptionElement).value));
      const value = values.find((each) => each !== '' && each !== 'default') ?? '';
      await page.selectOption(`#${id}`, value);
      return value;
    };
    const [microphone, speaker, ring] = [await choose('device-microphone'), await choose('device-speaker'), await choose('device-ring')];
    t.ok(microphone && speaker && ring, 'there is a choice of each');
    await page.click('[data-act=try-ring]');
    const sinks = await eventually('the ring to go to its device', 5_000, async () => {
      const used = await page.evaluate(() => window.__instruments.sinks);
      return used.some((each) => each.what === 'ring' && each.id === ring) ? used : null;
    });
    t.ok(sinks);
    await page.keyboard.press('Escape');
    await page.reload();
    await mode(page, 'ready', 20_000);
    await page.click('[data-act=preferences]');
    t.equal(await page.inputValue('#device-microphone'), microphone, 'the microphone is remembered');
    t.equal(await page.inputValue('#device-speaker'), speaker, 'the headset is remembered');
    t.equal(await page.inputValue('#device-ring'), ring, 'the ring device is remembered');
    await page.keyboard.press('Escape');
    await eventually('the line to be back after the reload', 15_000, async () => /耳机正常/.test((await page.textContent('.facts')) ?? ''));
  });

  await t.test('two presses answer once, and both hear each other', async (t) => {
    citizen = dial();
    await mode(page, 'ringing', 30_000);
    const ring = await page.evaluate(() => JSON.parse(localStorage.getItem('hotline.settings') ?? '{}').ringId as string);
    t.ok(
      await page.evaluate((id) => window.__instruments.sinks.some((each) => each.what === 'ring' && each.id === id), ring),
      'it rings on the chosen device',
    );
    await armed(page);
    await page.keyboard.press('F2');
    await page.keyboard.press('F2');
    await page.click('#state-box', { timeout: 1_000 }).catch(() => {});
    await mode(page, 'talking');
    await bothHear(page, citizen, 'after two presses');
    t.equal(await page.evaluate(() => window.__instruments.peers.filter((peer) => peer.connectionState === 'connected').length), 1);
    t.ok(
      await page.evaluate(() => {
        const { speakerId } = JSON.parse(localStorage.getItem('hotline.settings') ?? '{}') as { speakerId: string };
        return window.__instruments.sinks.some((each) => each.what === 'speaker' && each.id === speakerId);
      }),
      'the call is heard on the chosen headset',
    );
  });

  await t.test('mute takes the agent’s energy away and gives it back', async (t) => {
    await armed(page);
    await page.keyboard.press('F4');
    await page.waitForSelector('[data-act=mute][aria-pressed=true]');
    await eventually('silence', 5_000, () => citizen.silentFor() > 1_500);
    t.ok(citizen.silentFor() > 1_500, 'longer than any pause between syllables');
    await page.keyboard.press('F4');
    await eventually('the voice again', 5_000, () => citizen.hears(AGENT_HZ, 200));
  });

  await t.test('hold gives the citizen music and not the agent; resume gives the voice back', async (t) => {
    await page.keyboard.press('F8');
    await page.waitForSelector('[data-act=hold][aria-pressed=true]');
    // The button tells the wish; the switch needs a moment to turn the sound.
    t.ok(await eventually('the voice to be gone', 10_000, () => neverHears(citizen, AGENT_HZ, 1_500)), 'nothing of the agent is heard');
    t.ok(citizen.silentFor() < 1_000, 'music is');
    await page.keyboard.press('F8');
    await page.waitForSelector('[data-act=hold][aria-pressed=false]');
    await bothHear(page, citizen, 'after the hold');
  });

  await t.test('keys pressed on the keypad arrive in their order', async (t) => {
    await page.click('[data-act=keypad]');
    await page.keyboard.type('159#', { delay: 60 });
    await eventually('four keys', 8_000, () => citizen.digits().length >= 4);
    t.equal(citizen.digits(), '159#');
    await page.keyboard.press('Escape');
  });

  await t.test('a microphone pulled out is told, does not cost the call, and comes back by itself', async (t) => {
    const pulledAt = Date.now();
    await unplugMicrophone(page);
    await page.waitForSelector('#state-box.tone-amber[data-act=devices]', { timeout: 5_000 });
    t.ok(Date.now() - pulledAt < 5_000, `told after ${Date.now() - pulledAt} ms`);
    // Longer than the switch waits for a leg that sends nothing.
    await eventually('eight seconds of silence', 12_000, () => citizen.silentFor() > 8_000);
    t.notOk(citizen.isOver(), 'the citizen is still there');
    t.ok(await page.$('.call-bar[data-mode=talking]'), 'and the agent with them');
    await plugMicrophoneIn(page);
    await page.locator('[data-act=devices]').waitFor({ state: 'detached', timeout: 5_000 });
    await bothHear(page, citizen, 'after the microphone came back');
  });

  await t.test('a lost line costs no call; an end that was lost with it is found out', async (t) => {
    const { relay } = product.pids();
    process.kill(relay, 'SIGKILL');
    await page.waitForSelector('#state-box.tone-amber', { timeout: 5_000 });
    t.pass('the lost line is told');
    await page.keyboard.press('F8');
    await page.waitForSelector('#state-box.tone-green', { timeout: 20_000 });
    await bothHear(page, citizen, 'after the line came back');
    t.ok(await page.$('.call-bar[data-mode=talking]'), 'the call went on; a hold into the lost line did not end it');
    process.kill(product.pids().relay, 'SIGKILL');
    await page.waitForSelector('#state-box.tone-amber', { timeout: 5_000 });
    citizen.hangUp();
    await mode(page, 'wrap_up', 20_000);
    t.pass('the switch was asked and the dead call put away');
    await armed(page);
    await page.keyboard.press('Control+Enter');
    await mode(page, 'ready', 20_000);
    t.pass('saved and ready by one key');
  });

  await t.test('a sign-out is a sign-out in every tab', async (t) => {
    const second = await openPage();
    await second.waitForSelector('[data-act=take-phone]', { timeout: 30_000 });
    await second.click('[data-act=preferences]');
    await second.click('.dialog-foot button:not([data-act])');
    await mode(second, 'signed_out', 10_000);
    await mode(page, 'signed_out', 10_000);
    // Longer than a refused telephone waits before it signs in again.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    t.ok(await page.$('.call-bar[data-mode=signed_out]'), 'and stays one');
  });
}).catch(t.threw);
