/* The structure function of a model's flows, evaluated in the page: what works when some elements are lost, and why not.

   It takes the data that archgen/site/structure_data.py writes and walks them as archgen/reliability does: many states at
   once, one bit of a BigInt each. Bit 0 is the state with nothing lost, bit 1 that with the chosen elements lost, and
   each further bit one in which one more element is lost. A set bit means "does not work then". */
var archgenStructure = (() => {
  "use strict";
  const SOUND = 1n, GONE = 2n;
  const SAMPLES = 8192;
  const Z99 = 2.5758293035489004;

  const anyOf = values => values.reduce((found, one) => found | one, 0n);

  /* The states that at least `count` of the sets have: their number in binary, one plane a digit, in parallel. */
  const atLeast = (count, values, every) => {
    if (count <= 0) return every;
    if (count === values.length) return values.reduce((found, one) => found & one, every);
    if (count === 1) return anyOf(values);
    const planes = [];
    for (let carry of values) {
      for (let place = 0; place < planes.length; place++) {
        [planes[place], carry] = [planes[place] ^ carry, planes[place] & carry];
      }
      if (carry) planes.push(carry);
    }
    if (count >> planes.length) return 0n;
    let more = 0n, equal = every;
    for (let place = planes.length - 1; place >= 0; place--) {
      if ((count >> place) & 1) equal &= planes[place];
      else {
        more |= equal & planes[place];
        equal &= ~planes[place];
      }
    }
    return more | equal;
  };

  /* When each replica of a plan is down, when it does not work, and when the flow fails. `lost` gives an element's states. */
  const evaluate = (model, plan, lost, every) => {
    const members = new Map();
    for (const one of plan.replicas) {
      const component = model.replicas[one][1];
      if (!members.has(component)) members.set(component, []);
      members.get(component).push(one);
    }
    const clients = new Set(plan.clients);
    const gone = host => anyOf([lost(host), ...(model.around[host] || []).map(lost)]);
    const up = one => {
      const [, component, element, hosts] = model.replicas[one];
      if (clients.has(component)) return 0n;
      return hosts.length ? lost(element) | atLeast(hosts.length, hosts.map(gone), every) : lost(element);
    };
    const own = new Map(plan.replicas.map(one => [one, up(one)]));
    const down = new Map(own);
    for (const [count, some] of plan.quorums) {
      const missed = atLeast(some.length - count + 1, some.map(one => own.get(one)), every);
      for (const one of some) down.set(one, own.get(one) | missed);
    }
    const failed = new Map(down);
    const found = { plan, members, down, failed, every };
    found.component = one => {
      const some = members.get(one) || [];
      return atLeast(some.length, some.map(each => failed.get(each)), every);
    };
    found.need = ([, candidates, standbys, count]) => {
      const values = candidates.map(one => failed.get(one));
      for (const [replica, promoter] of standbys) {
        values.push(failed.get(replica) | (promoter < 0 ? 0n : found.component(promoter)));
      }
      return atLeast(values.length - count + 1, values, every);
    };
    const uses = new Map(plan.replicas.map((one, at) => [one, plan.uses[at]]));
    found.needs = one => uses.get(one).map(at => plan.needs[at]);
    let changed = true;
    while (changed) {
      changed = false;
      const known = new Map();
      for (const replica of plan.order) {
        let after = failed.get(replica);
        for (const at of uses.get(replica)) {
          if (!known.has(at)) known.set(at, found.need(plan.needs[at]));
          after |= known.get(at);
        }
        if (after !== failed.get(replica)) {
          failed.set(replica, after);
          changed = plan.cyclic === 1;
        }
      }
    }
    found.flow = anyOf(plan.initiators.map(([component]) => found.component(component)));
    return found;
  };

  /* Those that decide a need: candidates, standbys, and who promotes these. */
  const deciders = (found, [, candidates, standbys]) => {
    const all = [...candidates];
    for (const [replica, promoter] of standbys) all.push(replica, ...(promoter < 0 ? [] : found.members.get(promoter) || []));
    return [...new Set(all)];
  };

  const awake = (found, bit, promoter) =>
    promoter < 0 || (found.members.get(promoter) || []).some(one => !(found.down.get(one) & bit));

  /* Who could answer a need in a state if all that is up worked. */
  const alive = (found, [, candidates, standbys], bit) => {
    const up = one => !(found.down.get(one) & bit);
    const promoted = standbys.filter(([replica, promoter]) => awake(found, bit, promoter) && up(replica));
    return [...candidates.filter(up), ...promoted.map(([replica]) => replica)];
  };

  /* The step that fails, and the replicas from the initiator to it: the shortest way, breadth first along failed needs. */
  const trace = (found, bit) => {
    const lame = bit === SOUND ? 0n : SOUND;
    const [component, step] = found.plan.initiators.find(([one]) => found.component(one) & bit);
    const sound = found.members.get(component).filter(one => !(found.failed.get(one) & lame));
    const cameFrom = new Map(sound.filter(one => !(found.down.get(one) & bit)).map(one => [one, null]));
    const queue = [...cameFrom.keys()];
    for (const replica of queue) {
      for (const need of found.needs(replica)) {
        if (!(found.need(need) & bit)) continue;
        const callees = deciders(found, need).filter(one => found.failed.get(one) & bit && !(found.failed.get(one) & lame));
        if (alive(found, need, bit).length < need[3]) {
          const dead = callees.filter(one => found.down.get(one) & bit);
          const way = [replica];
          while (cameFrom.get(way[0]) !== null) way.unshift(cameFrom.get(way[0]));
          return [need[0], [...way, ...dead.slice(0, 1)]];
        }
        for (const one of callees) {
          if (found.down.get(one) & bit || cameFrom.has(one)) continue;
          queue.push(one);
          cameFrom.set(one, replica);
        }
      }
    }
    return [step, sound.slice(0, 1)];
  };

  /* The requests that no caller which is up can make, in order. */
  const fails = (flow, found, bit) => {
    const able = new Map();
    for (const replica of found.plan.replicas) {
      if (found.down.get(replica) & bit) continue;
      for (const need of found.needs(replica)) {
        able.set(need[0], able.get(need[0]) || alive(found, need, bit).length >= need[3]);
      }
    }
    return flow.steps.map((_, at) => at).filter(at => able.get(at) === false);
  };

  /* The optional requests that none of their callers can make any more. */
  const skipped = (flow, whole) => {
    const able = new Map();
    for (const replica of whole.plan.replicas) {
      for (const need of whole.needs(replica)) {
        const unmet = whole.need(need) | whole.down.get(replica);
        able.set(need[0], (able.get(need[0]) || 0n) | (~unmet & (SOUND | GONE)));
      }
    }
    return flow.skippable.filter(at => able.get(at) === SOUND);
  };

  /* The states of every element when some are lost, and `more` besides, one at a time. */
  const losing = (lost, more) => {
    const every = (1n << BigInt(more.length + 2)) - 1n;
    const states = new Map(lost.map(one => [one, every & ~SOUND]));
    more.forEach((one, at) => states.set(one, (states.get(one) || 0n) | (1n << BigInt(at + 2))));
    return [one => states.get(one) || 0n, every];
  };

  /* What becomes of a flow when elements are lost: ok, degraded or down, where it fails, and its single points then. */
  const outcome = (model, flow, lost, withPoints) => {
    const more = withPoints ? flow.plan.elements.filter(one => !lost.includes(one)) : [];
    const [states, every] = losing(lost, more);
    const found = evaluate(model, flow.plan, states, every);
    const whole = flow.whole ? evaluate(model, flow.whole, states, every) : found;
    const only = (one, when) => when(one) & GONE && !(when(one) & SOUND);
    const without = whole.plan.used.filter(one => only(one, each => whole.down.get(each)));
    const cutOff = found.plan.used.filter(
      one => only(one, each => found.failed.get(each)) && !(found.down.get(one) & GONE));
    const made = { flow: flow.id, possible: true, step: null, path: [], lost: without, cutOff, skipped: [], fails: [], down: [], points: [] };
    if (found.flow & (SOUND | GONE)) {
      const bit = found.flow & SOUND ? SOUND : GONE;
      const [step, path] = trace(found, bit);
      const down = found.plan.replicas.filter(one => found.down.get(one) & bit);
      return { ...made, status: "down", possible: bit === GONE, step, path, fails: fails(flow, found, bit), down };
    }
    const left = skipped(flow, whole);
    const status = without.length || cutOff.length || left.length ? "degraded" : "ok";
    const points = more.filter((_, at) => (found.flow >> BigInt(at + 2)) & 1n);
    return { ...made, status, skipped: left, points };
  };

  /* Replicas of a flow that are up and that no request comes to any more, and those that one does. */
  const reach = (model, flow, lost) => {
    const [states, every] = losing(lost, []);
    const found = evaluate(model, flow.plan, states, every);
    const walk = bit => {
      const queue = flow.plan.initiators.flatMap(([one]) => found.members.get(one)).filter(one => !(found.down.get(one) & bit));
      const seen = new Set(queue);
      for (const replica of queue) {
        for (const need of found.needs(replica)) {
          const promoters = need[2].flatMap(([, promoter]) => (promoter < 0 ? [] : found.members.get(promoter) || []));
          for (const one of [...alive(found, need, bit), ...promoters.filter(each => !(found.down.get(each) & bit))]) {
            if (!seen.has(one)) seen.add(one), queue.push(one);
          }
        }
      }
      return seen;
    };
    const before = walk(SOUND), now = walk(GONE);
    const cut = [...before].filter(one => !now.has(one) && !(found.down.get(one) & GONE));
    return { reached: [...now], cut };
  };

  const listed = (names, last = "and") =>
    names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${last} ${names[names.length - 1]}`;

  const request = (model, [, source, targets, message]) => {
    const to = targets.map(one => model.components[one][0]).join(" | ");
    return `${model.components[source][0]} -> ${to}${message ? `: ${message}` : ""}`;
  };

  /* Why a flow is as it is, in the words of `archgen simulate`. */
  const reason = (model, flow, one) => {
    const names = some => listed(some.map(each => model.replicas[each][0]));
    const step = at => flow.steps[at][0];
    if (one.status === "ok") return "nothing that it uses is lost";
    if (one.status === "down") {
      const itself = one.possible ? "" : ", as it does with nothing failed";
      const way = one.path.length ? `, on the way ${one.path.map(each => model.replicas[each][0]).join(" → ")}` : "";
      const others = one.fails.filter(each => each !== one.step).map(step);
      const more = others.length ? `; ${listed(others)} would fail as well` : "";
      return `step ${step(one.step)} fails${itself}: ${request(model, flow.steps[one.step])}${way}${more}`;
    }
    return [
      ...(one.lost.length ? [`served without ${names(one.lost)}`] : []),
      ...(one.cutOff.length ? [`${names(one.cutOff)} can no longer do their part`] : []),
      ...one.skipped.map(at => `step ${step(at)} fails, which it can do without: ${request(model, flow.steps[at])}`),
    ].join("; ");
  };

  /* Where a flow that is down stops in time, and what its user sees: the step, how, and a sentence. */
  const stop = (model, flow, one) => {
    const failing = new Set([...one.fails, one.step]);
    const at = flow.steps.findIndex((_, place) => failing.has(place));
    const [id, source, targets, , pinned, reads, needs] = flow.steps[at];
    const down = new Set(one.down);
    const all = some => some.every(each => down.has(each));
    const number = id.slice(id.lastIndexOf("/") + 1);
    const head = `The request fails at step ${number}${one.possible ? "" : " with every element up"}`;
    const caller = model.components[source];
    if (all(caller[3])) return { step: at, how: "unsent", words: `${head}: no replica of ${caller[0]} is up to send it` };
    const to = targets.map(each => model.components[each]);
    const names = listed(to.map(each => each[0]), "or");
    const why = () => {
      if (!needs) return `no connection leads from ${caller[0]} to ${names}`;
      if (all(to.flatMap(each => each[3]))) {
        return to.length === 1 && to[0][2] > 1 ? `${names} lacks its quorum of ${to[0][2]}` : `no replica of ${names} is up`;
      }
      if (all(to.flatMap(each => (reads ? each[4] : each[5])))) {
        if (all(to.flatMap(each => (reads ? [] : each[6])))) return `no replica of ${names} accepts ${reads ? "reads" : "writes"}`;
        const promoters = to.map(each => each[7]).filter(Boolean);
        return `no replica of ${names} accepts writes, and ${listed(promoters, "or")} promotes none`;
      }
      if (pinned.length && all(pinned)) {
        return `${listed(pinned.map(each => model.replicas[each][0]))} ${pinned.length === 1 ? "is" : "are"} down`;
      }
      if (needs < 0) return `it needs every replica of ${names}, and not all are up`;
      if (needs !== 1) return `too few replicas of ${names} are up`;
      return `no replica of ${names} that it can reach works`;
    };
    return { step: at, how: "unanswered", words: `${head}: ${why()}` };
  };

  /* The chance that a flow works while some elements are lost: exact by its decision diagram, else what is known of it
     with nothing lost, else sampled. */
  const availability = (model, flow, lost) => {
    const gone = new Set(lost);
    const up = one => (gone.has(one) ? 0 : model.up[one]);
    const product = some => some.reduce((found, one) => found * up(one), 1);
    if (!flow.chart) return lost.length || !flow.known ? sampled(model, flow, lost, up) : flow.known;
    const { points, variables, nodes, root } = flow.chart;
    const chances = variables.map(([some, rest]) => 1 - product(some) * rest);
    const values = [0, 1];
    for (const [variable, low, high] of nodes) {
      values.push((1 - chances[variable]) * values[low] + chances[variable] * values[high]);
    }
    return { method: "exact", value: product(points) * (1 - values[root]) };
  };

  /* Monte Carlo over what is no single point, from a fixed seed (xorshift32: Marsaglia, 2003), with a Wilson interval. */
  const sampled = (model, flow, lost, up) => {
    const { points } = outcome(model, flow, lost, true);
    const fixed = new Set([...points, ...lost]);
    let state = 20011;
    const random = () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) / 4294967296;
    };
    const every = (1n << BigInt(SAMPLES)) - 1n;
    const states = new Map(lost.map(one => [one, every]));
    for (const element of flow.plan.elements) {
      if (fixed.has(element)) continue;
      let digits = "0x";
      for (let at = 0; at < SAMPLES; at += 4) {
        let digit = 0;
        for (let bit = 0; bit < 4; bit++) digit = digit * 2 + (random() < 1 - up(element) ? 1 : 0);
        digits += digit.toString(16);
      }
      states.set(element, BigInt(digits));
    }
    const failing = evaluate(model, flow.plan, one => states.get(one) || 0n, every).flow;
    const hits = failing.toString(2).split("1").length - 1;
    const share = hits / SAMPLES, square = Z99 * Z99;
    const middle = (share + square / (2 * SAMPLES)) / (1 + square / SAMPLES);
    const spread = (Z99 / (1 + square / SAMPLES)) * Math.sqrt((share * (1 - share)) / SAMPLES + square / (4 * SAMPLES * SAMPLES));
    const series = points.reduce((found, one) => found * up(one), 1);
    const bounds = [series * (1 - Math.min(1, middle + spread)), series * (1 - Math.max(0, middle - spread))];
    return { method: "sampled", value: series * (1 - share), bounds };
  };

  return { outcome, reach, reason, stop, availability, request, listed };
})();
