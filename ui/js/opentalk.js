// @ts-check
// Opens a talk that somebody else has written, a test, a misfortune or a random customer, in the chat.
import { batch, effect } from '../vendor/preact.js';
import { keepTalk } from './acts.js';
import { addressOf, go } from './router.js';
import { bot, open, pane } from './state.js';
import * as talk from './talk.js';

/**
 * @param {object} given
 * @param {string | null} given.flow the flow that the talk is about
 * @param {any} given.world the head of a test file
 * @param {any[]} given.steps
 * @param {number | null} [given.act] the act to look at; the last one without
 */
export function openTalk({ flow, world, steps, act = null }) {
  const path = bot.value?.flows?.find((/** @type {any} */ one) => one.name === flow)?.path ?? null;
  // The page of flows, if it was not opened yet, begins with the talk that is kept.
  keepTalk(bot.value?.folder ?? '', { flow, world, steps });
  batch(() => {
    pane.value = 'chat';
    if (path) {
      open.value = path;
    }
    if (talk.play.value) {
      talk.flow.value = flow;
      talk.steps.value = steps;
      talk.at.value = null;
      talk.live(world);
    }
  });
  go(path ? addressOf(path) : addressOf('flows'));
  if (act !== null) {
    lookAt(act, steps.length, talk.play.value);
  }
}

/** Looks at an act as soon as the talk is played. @param {number} act @param {number} length @param {any} before */
function lookAt(act, length, before) {
  const stop = effect(() => {
    const played = talk.play.value;
    if (!played || played === before || talk.steps.value.length !== length) {
      return;
    }
    queueMicrotask(() => {
      stop();
      talk.look(act);
    });
  });
}
