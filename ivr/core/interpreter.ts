/**
 * Runs a flow: `stepFlow(context, state, input) → { state, effects }`. Pure: no clock, no audio, no look-ups.
 *
 * `0` leads to a person from everywhere (but inside a number that has been begun it is a digit). A prompt that cannot be
 * played, a look-up that fails, a recogniser that is off never stop a call: they count as said, as not found, as silence.
 * What every node does with every input is a table: `tests/unit/ivr/every-input.test.ts`, `docs/ivr.md`.
 */
import type { FlowNode, NodeOf } from './flow.ts';
import type {
  FlowContext,
  FlowEffect,
  FlowExit,
  FlowInput,
  FlowState,
  FlowStep,
  HostAnswer,
  HostQuestion,
  Then,
} from './flow-types.ts';
import { branchHeard } from './keywords.ts';
import { answered, collect, givenUp, isAsking, type Asking, type Outcome } from './questions.ts';
import { speak } from './speak.ts';
import { hoursWay, messageMs, progressWords, queueExit } from './ways.ts';

/** A caller who has been sent through this many nodes gets a person. */
const MAX_VISITS = 100;

/** One step of one caller. `run` puts its parts together; an instance lives for one input only. */
export function stepFlow(context: FlowContext, state: FlowState, input: FlowInput): FlowStep {
  return new Step(context, state, input.atMs).take(input);
}

class Step {
  readonly #context: FlowContext;
  readonly #atMs: number;
  readonly #effects: FlowEffect[] = [];
  #state: FlowState;

  constructor(context: FlowContext, state: FlowState, atMs: number) {
    this.#context = context;
    this.#state = state;
    this.#atMs = atMs;
  }

  take(input: FlowInput): FlowStep {
    this.#take(input);
    return { state: this.#state, effects: this.#effects };
  }

  #take(input: FlowInput): void {
    if (input.type === 'go') {
      this.#set({ stage: 'none' });
      this.#enter(input.to);
      return;
    }
    if (this.#state.stage === 'done') return;
    switch (input.type) {
      case 'start':
        if (this.#state.stage !== 'none') return;
        this.#set({ callerKnown: input.callerKnown });
        this.#enter(this.#context.flow.start);
        return;
      case 'prompt-finished':
        this.#promptFinished();
        return;
      case 'digit':
        this.#digit(input.digit);
        return;
      case 'timer-fired':
        this.#timerFired();
        return;
      case 'heard':
        this.#heard(input);
        return;
      case 'speech-off':
        this.#speechOff();
        return;
      case 'answer':
        if (this.#state.stage === 'looking-up' && input.visit === this.#state.visits) this.#answer(input.answer);
        return;
      case 'record-failed':
        this.#recordFailed();
        return;
      case 'caller-gone':
        this.#callerGone();
    }
  }

  get #node(): FlowNode | undefined {
    const { nodes } = this.#context.flow;
    return Object.hasOwn(nodes, this.#state.node) ? nodes[this.#state.node] : undefined;
  }

  #set(change: Partial<FlowState>): void {
    this.#state = { ...this.#state, ...change };
  }

  #do(...effects: FlowEffect[]): void {
    this.#effects.push(...effects);
  }

  /** Ends whatever the stage has under way, except what plays: the next thing to be heard replaces that. */
  #leaveStage(): void {
    const { stage } = this.#state;
    if (stage === 'waiting' && this.#node?.type === 'speech') this.#do({ type: 'listen', on: false });
    if (stage === 'recording') this.#do({ type: 'record', on: false });
    if (stage === 'waiting' || stage === 'recording') this.#do({ type: 'stop-timer' });
  }

  #enter(name: string): void {
    this.#leaveStage();
    const { flow } = this.#context;
    const to = this.#state.visits >= MAX_VISITS ? flow.person : name;
    this.#set({
      ...{ node: to, stage: 'none', tries: 0, asked: [], isSecond: false, digits: '', then: null },
      visits: this.#state.visits + 1,
    });
    this.#do({ type: 'tell', event: { type: 'ivr.entered', flow: flow.name, node: to } });
    const node = this.#node;
    // A flow is checked before it is used; if a link led nowhere all the same, the caller would get a person.
    if (node === undefined) this.#exit(queueExit(undefined, this.#state));
    else this.#begin(node);
  }

  #begin(node: FlowNode): void {
    switch (node.type) {
      case 'say':
        this.#say(speak(node.prompts, this.#state.variables), { type: 'node', to: node.next });
        return;
      case 'hours':
        this.#enter(hoursWay(node, this.#context.calendar, this.#atMs));
        return;
      case 'queue':
        this.#exit(queueExit(node, this.#state));
        return;
      case 'incident':
        this.#lookUp({ type: 'incident' });
        return;
      case 'progress':
        this.#lookUp({ type: 'progress', ticket: this.#state.variables[node.ticket.slice(1)] ?? '' });
        return;
      case 'voicemail':
        this.#say(speak(node.prompts, this.#state.variables), { type: 'record', maxMs: node.maxMs });
        return;
      case 'call-back':
        // Nobody can be called back at a number that was withheld.
        if (this.#state.callerKnown) this.#ask(speak(node.prompts, this.#state.variables));
        else this.#enter(node.otherwise);
        return;
      case 'transfer': {
        const { to, ringMs, otherwise } = node;
        const exit: FlowExit = { type: 'transfer', to, ringMs, otherwise };
        this.#say(speak(node.prompts, this.#state.variables), { type: 'exit', exit });
        return;
      }
      case 'hang-up':
        this.#say(speak(node.prompts, this.#state.variables), { type: 'exit', exit: { type: 'hang-up' } });
        return;
      case 'ask':
      case 'digits':
      case 'speech':
      case 'language':
      case 'rating':
        this.#ask(speak(node.prompts, this.#state.variables));
    }
  }

  #say(prompts: readonly string[], then: Then): void {
    this.#set({ stage: 'saying', then });
    // Nothing to say: on at once.
    if (prompts.length === 0) this.#then(then);
    else this.#do({ type: 'play', prompts });
  }

  /** Puts a question; it is remembered as it was put, to be put again. */
  #ask(asked: readonly string[], before: readonly string[] = []): void {
    this.#set({ stage: 'asking', asked, digits: '', tries: this.#state.tries + 1 });
    this.#do({ type: 'play', prompts: [...before, ...asked] });
  }

  #then(then: Then): void {
    switch (then.type) {
      case 'node':
        this.#enter(then.to);
        return;
      case 'exit':
        this.#exit(then.exit);
        return;
      case 'record':
        this.#set({ stage: 'recording', then: null, recordingSinceMs: this.#atMs });
        this.#do({ type: 'record', on: true }, { type: 'start-timer', delayMs: then.maxMs });
    }
  }

  #exit(exit: FlowExit): void {
    this.#leaveStage();
    this.#set({ stage: 'done', then: null });
    this.#do({ type: 'tell', event: { type: 'ivr.left', node: this.#state.node, to: exit.type } });
    this.#do({ type: 'exit', exit });
  }

  #lookUp(question: HostQuestion): void {
    this.#set({ stage: 'looking-up' });
    this.#do({ type: 'look-up', visit: this.#state.visits, question });
  }

  #promptFinished(): void {
    const { stage, then } = this.#state;
    if (stage === 'saying' && then !== null) this.#then(then);
    const node = this.#node;
    if (stage !== 'asking' || node === undefined || !isAsking(node)) return;
    this.#set({ stage: 'waiting' });
    if (node.type === 'speech') this.#do({ type: 'listen', on: true });
    this.#do({ type: 'start-timer', delayMs: node.type === 'speech' ? node.listenMs : node.timeoutMs });
  }

  #digit(digit: string): void {
    const node = this.#node;
    if (digit === '0' && !(node?.type === 'digits' && this.#state.digits !== '')) {
      this.#tellScore();
      this.#enter(this.#context.flow.person);
      return;
    }
    const { stage, then } = this.#state;
    if (stage === 'saying') {
      if (node?.type === 'say' && node.skippable && then !== null) this.#then(then);
    } else if (stage === 'recording') {
      if (digit === '#') this.#endRecording();
    } else if ((stage === 'asking' || stage === 'waiting') && node !== undefined && isAsking(node)) {
      if (node.type === 'digits') this.#collect(node, digit);
      else this.#pressed(node, digit);
    }
  }

  #pressed(node: Asking, digit: string): void {
    const outcome = answered(node, this.#state, digit);
    if (outcome === undefined) this.#again(node, 'bad-input');
    else this.#follow(node, outcome);
  }

  #collect(node: NodeOf<'digits'>, digit: string): void {
    const collected = collect(node, this.#state.digits, digit);
    if (collected === 'ended') this.#numberEnded(node);
    else if (collected === 'bad-input') this.#again(node, 'bad-input');
    else {
      // The first key ends the question: who types does not listen.
      if (this.#state.stage === 'asking') this.#do({ type: 'stop-play' });
      const { digits } = collected;
      this.#set({ stage: 'waiting', digits });
      if (digits.length >= node.max) this.#numberEnded(node);
      else this.#do({ type: 'start-timer', delayMs: digits === '' ? node.timeoutMs : node.betweenMs });
    }
  }

  #numberEnded(node: NodeOf<'digits'>): void {
    const { digits, variables } = this.#state;
    if (digits.length < node.min) {
      this.#again(node, digits === '' ? 'silence' : 'bad-input');
      return;
    }
    this.#set({ variables: { ...variables, [node.as]: digits } });
    this.#enter(node.next);
  }

  #follow(node: Asking, { to, tell, set, say }: Outcome): void {
    this.#set(set ?? {});
    if (tell !== undefined) this.#do({ type: 'tell', event: tell });
    this.#leaveStage();
    switch (to.type) {
      case 'node':
        this.#say(speak(say ?? [], this.#state.variables), to);
        return;
      case 'look-up':
        this.#lookUp(to.question);
        return;
      case 'second-question': {
        const why = node.type === 'rating' ? (node.why?.prompts ?? []) : [];
        this.#set({ isSecond: true, tries: 0, stage: 'none' });
        this.#ask(speak(why, this.#state.variables));
      }
    }
  }

  /** Puts the question again, or gives up and goes where the node says. */
  #again(node: Asking, why: 'silence' | 'bad-input'): void {
    this.#do({ type: 'tell', event: { type: 'ivr.unanswered', node: this.#state.node, why } });
    if (this.#state.tries >= node.tries) {
      this.#follow(node, givenUp(node, this.#state));
      return;
    }
    this.#leaveStage();
    this.#ask(this.#state.asked, speak(node.again, this.#state.variables));
  }

  #timerFired(): void {
    const node = this.#node;
    if (this.#state.stage === 'recording') this.#endRecording();
    else if (this.#state.stage === 'waiting' && node !== undefined && isAsking(node)) {
      // A number may be shorter than its longest: silence ends it.
      if (node.type === 'digits' && this.#state.digits !== '') this.#numberEnded(node);
      else this.#again(node, 'silence');
    }
  }

  #endRecording(): void {
    const node = this.#node;
    if (node?.type !== 'voicemail') return;
    const lengthMs = messageMs(this.#node, this.#state, this.#atMs);
    if (lengthMs === null) {
      this.#enter(node.empty);
      return;
    }
    this.#leaveStage();
    this.#do({ type: 'tell', event: { type: 'ivr.voicemail-left', lengthMs } });
    this.#say(speak(node.saved, this.#state.variables), { type: 'node', to: node.next });
  }

  #recordFailed(): void {
    const node = this.#node;
    if (this.#state.stage === 'recording' && node?.type === 'voicemail') this.#enter(node.empty);
  }

  #heard(input: Extract<FlowInput, { type: 'heard' }>): void {
    const node = this.#node;
    if (node?.type !== 'speech' || this.#state.stage !== 'waiting') return;
    const branch = node.branches[branchHeard(node.branches, input)];
    if (branch !== undefined) this.#enter(branch.next);
    else if (input.final && input.text !== '') this.#again(node, 'bad-input');
  }

  /** Without a recogniser only keys are left; without keys the question makes no sense. */
  #speechOff(): void {
    const node = this.#node;
    if (node?.type !== 'speech' || this.#state.stage !== 'waiting') return;
    if (Object.keys(node.choices).length === 0) this.#follow(node, givenUp(node, this.#state));
  }

  #answer(answer: HostAnswer): void {
    const node = this.#node;
    switch (answer.type) {
      case 'incident':
        if (node?.type === 'incident') this.#incident(node, answer.incident);
        return;
      case 'progress':
        if (node?.type === 'progress') this.#progress(node, answer.ticket);
        return;
      case 'call-back':
        if (node?.type === 'call-back') this.#callBack(node, answer.accepted);
    }
  }

  #incident(node: NodeOf<'incident'>, incident: Extract<HostAnswer, { type: 'incident' }>['incident']): void {
    if (incident === null) {
      this.#enter(node.none);
      return;
    }
    this.#set({ variables: { ...this.#state.variables, incident: incident.incidentId } });
    this.#ask([...incident.prompts, ...speak(node.prompts, this.#state.variables)]);
  }

  #progress(node: NodeOf<'progress'>, ticket: Extract<HostAnswer, { type: 'progress' }>['ticket']): void {
    const words = progressWords(node, ticket);
    const event = { type: 'ivr.progress-told', found: words !== undefined, state: ticket?.state ?? '' } as const;
    this.#do({ type: 'tell', event });
    if (words === undefined) {
      this.#enter(node.missing);
      return;
    }
    const variables = { ...this.#state.variables, ...words };
    this.#set({ variables });
    this.#say(speak(node.prompts, variables), { type: 'node', to: node.next });
  }

  #callBack(node: NodeOf<'call-back'>, accepted: boolean): void {
    this.#do({ type: 'tell', event: { type: 'ivr.call-back-offered', accepted } });
    if (!accepted) this.#enter(node.otherwise);
    else this.#say(speak(node.accepted, this.#state.variables), { type: 'node', to: node.next });
  }

  /** Whoever goes away instead of saying why has given a score all the same. */
  #tellScore(): void {
    const node = this.#node;
    if (node?.type !== 'rating' || !this.#state.isSecond) return;
    const { tell } = givenUp(node, this.#state);
    if (tell !== undefined) this.#do({ type: 'tell', event: tell });
  }

  /** Most people end a message by hanging up: it is one all the same. */
  #callerGone(): void {
    const lengthMs = messageMs(this.#node, this.#state, this.#atMs);
    if (lengthMs !== null) this.#do({ type: 'tell', event: { type: 'ivr.voicemail-left', lengthMs } });
    this.#tellScore();
    this.#leaveStage();
    this.#set({ stage: 'done', then: null });
    this.#do({ type: 'tell', event: { type: 'ivr.left', node: this.#state.node, to: 'caller-gone' } });
  }
}
