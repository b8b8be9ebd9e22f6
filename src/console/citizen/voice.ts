/** A voice-like sound made in the page, for computers without a microphone: syllables of a buzzing pitch through two formants. */
export const builtInVoice = (): MediaStream => {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  const pitch = context.createOscillator();
  pitch.type = 'sawtooth';
  pitch.frequency.value = 150;
  const syllables = context.createGain();
  syllables.gain.value = 0;
  for (const frequency of [700, 1200]) {
    const formant = context.createBiquadFilter();
    formant.type = 'bandpass';
    formant.frequency.value = frequency;
    formant.Q.value = 6;
    pitch.connect(formant).connect(syllables);
  }
  syllables.connect(out);
  pitch.start();
  const speak = (): void => {
    const start = context.currentTime + 0.05;
    for (let index = 0; index < 12; index += 1) {
      const at = start + index * 0.22;
      pitch.frequency.setTargetAtTime(130 + ((index * 37) % 60), at, 0.04);
      syllables.gain.setTargetAtTime(0.9, at, 0.02);
      syllables.gain.setTargetAtTime(0, at + 0.14, 0.03);
    }
  };
  speak();
  setInterval(speak, 3_500);
  return out.stream;
};
