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
      const [, component, element, hosts, zones] = model.replicas[one];
      if (clients.has(component)) return 0n;
      return anyOf([lost(element), ...zones.map(lost), ...(hosts.length ? [atLeast(hosts.length, hosts.map(gone), every)] : [])]);
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
    found.own = own;
    found.itself = one => lost(model.replicas[one][2]);
    found.short = ([count, some]) => atLeast(some.length - count + 1, some.map(one => own.get(one)), every);
    /* When a guard keeps a candidate from counting: nobody promotes it, too few are up, who is before it fails by itself,
       or the check of its caller asks in vain. */
    found.held = ([, promoters, votes, before, asks]) => anyOf(promoters.map(found.component)) |
      anyOf(votes.map(found.short)) | anyOf(before.map(found.itself)) | anyOf(asks.map(found.need));
    found.need = ([, candidates, guarded, count, kind]) => {
      if (kind === 2) return anyOf(candidates.map(found.itself));
      const values = candidates.map(one => failed.get(one));
      for (const one of guarded) values.push(failed.get(one[0]) | found.held(one));
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

  /* Those that decide a need: candidates, who promotes them, and who is asked about them. */
  const decidersOf = (found, [, candidates, guarded]) => {
    const all = [...candidates];
    for (const [replica, promoters, , , asks] of guarded) {
      all.push(replica, ...promoters.flatMap(each => found.members.get(each) || []), ...asks.flatMap(each => decidersOf(found, each)));
    }
    return all;
  };
  const deciders = (found, need) => [...new Set(decidersOf(found, need))];

  /* Those that hold candidates back by being down: those that vote, those before them. */
  const beside = ([, , guarded]) =>
    [...new Set(guarded.flatMap(([, , votes, before, asks]) => [...before, ...votes.flatMap(each => each[1]), ...asks.flatMap(beside)]))];

  /* Whether no guard would hold a candidate back in a state if all that is up worked. */
  const isFree = (found, [, promoters, votes, before, asks], bit) =>
    promoters.every(each => (found.members.get(each) || []).some(one => !(found.down.get(one) & bit))) &&
    !votes.some(each => found.short(each) & bit) &&
    !before.some(one => found.itself(one) & bit) &&
    asks.every(each => alive(found, each, bit).length >= each[3]);

  /* Who could answer a need in a state if all that is up worked. */
  const alive = (found, [, candidates, guarded, , kind], bit) => {
    if (kind === 2) return candidates.filter(one => !(found.itself(one) & bit));
    const up = one => !(found.down.get(one) & bit);
    return [...candidates.filter(up), ...guarded.filter(one => up(one[0]) && isFree(found, one, bit)).map(one => one[0])];
  };

  /* Why replicas that are up may not answer a step, by step: the first reason of the first caller that is up. */
  const hindrances = (model, found, bit) => {
    const name = one => model.replicas[one][0], component = one => model.components[model.replicas[one][1]][0];
    const reasons = new Map();
    const words = (caller, [replica, promoters, votes, before, asks]) => {
      const own = model.components[model.replicas[replica][1]];
      const mover = promoters.find(each => model.components[each][0] !== own[7] && (found.members.get(each) || []).every(one => found.down.get(one) & bit));
      if (mover !== undefined) return `${model.components[mover][0]} is down, so nothing moves the traffic of ${own[0]} to ${name(replica)}`;
      for (const [count, some] of votes) {
        if (!(found.short([count, some]) & bit)) continue;
        const up = some.filter(one => !(found.own.get(one) & bit)).length;
        const voting = [...new Set(some.map(component))], members = voting.length === 1 ? "replicas" : "votes";
        return `${up} of ${some.length} ${members} of ${listed(voting)} ${up === 1 ? "is" : "are"} up, and it takes ${count}`;
      }
      for (const one of before) {
        if (found.itself(one) & bit) return `${name(one)} failed by itself, so its host keeps the traffic and requests get no answer`;
      }
      for (const each of asks) {
        if (alive(found, each, bit).length < each[3]) return `the health check of ${component(caller)} on ${component(replica)} asks ${each[5]}, which does not answer`;
      }
      return null;
    };
    const withoutQuorum = ([, candidates, guarded]) => {
      const up = [...candidates, ...guarded.map(one => one[0])].find(one => found.down.get(one) & bit && !(found.own.get(one) & bit));
      return up === undefined ? null : words(up, [up, [], found.plan.quorums.filter(([, some]) => some.includes(up)), [], []]);
    };
    for (const caller of found.plan.replicas) {
      if (found.down.get(caller) & bit) continue;
      for (const need of found.needs(caller)) {
        if (reasons.has(need[0]) || !(found.need(need) & bit)) continue;
        const held = need[2].filter(one => !(found.down.get(one[0]) & bit) && !isFree(found, one, bit));
        const said = held.map(one => words(caller, one)).find(each => each !== null) || withoutQuorum(need);
        if (said) reasons.set(need[0], said);
      }
    }
    return reasons;
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
        const failing = one => found.failed.get(one) & bit && !(found.failed.get(one) & lame);
        const callees = deciders(found, need).filter(failing);
        if (alive(found, need, bit).length < need[3]) {
          const dead = [...callees, ...beside(need).filter(failing)].filter(one => found.down.get(one) & bit);
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

  /* Why a share of the requests fails: the last condition of every request that is not met on the way, else the first in the flow. */
  const shortfall = (model, found, bit, path) => {
    for (const caller of [...[...path].reverse(), ...found.plan.replicas]) {
      for (const need of found.needs(caller)) {
        if (!need[4] || !(found.need(need) & bit)) continue;
        const [, candidates, guarded, , kind] = need;
        const members = kind === 2 ? candidates : [...candidates, ...guarded.map(one => one[0])];
        const held = new Set(guarded.filter(one => found.held(one) & bit).map(one => one[0]));
        const failing = members.filter(kind === 2 ? one => found.itself(one) & bit : one => found.failed.get(one) & bit || held.has(one));
        return {
          caller: model.replicas[caller][1],
          targets: [...new Set(members.map(one => model.replicas[one][1]))],
          failing,
          members: members.length,
          down: failing.every(one => found.down.get(one) & bit),
          stuck: kind === 2,
        };
      }
    }
    return null;
  };

  /* Why a step is done later: its targets are down, or its source, or neither. */
  const waiting = (flow, found, bit, step) => {
    const [, source, targets, , , , , keeper] = flow.steps[step];
    const areDown = some => {
      const replicas = some.flatMap(one => found.members.get(one) || []);
      return replicas.length > 0 && replicas.every(one => found.down.get(one) & bit);
    };
    return { source, targets, keeper, down: areDown(targets) ? "targets" : areDown([source]) ? "source" : null };
  };

  /* What may go wrong besides while a flow is served: checks that ask a target alone, files that are read at the next start. */
  const hints = (model, found, lost) => {
    const words = new Set(), asked = new Set();
    const name = one => model.replicas[one][0], owner = one => model.components[model.replicas[one][1]][0];
    const fails = one => found.failed.get(one) & GONE && !(found.failed.get(one) & SOUND);
    for (const caller of found.plan.replicas) {
      const backup = model.components[model.replicas[caller][1]][8];
      if (found.failed.get(caller) & GONE || !backup) continue;
      for (const need of found.needs(caller)) {
        const key = `${owner(caller)} ${need[0]}`;
        if (need[4] || asked.has(key)) continue;
        asked.add(key);
        const taking = [...new Set(alive(found, need, GONE))].filter(one => !backup.includes(name(one)) && !backup.includes(owner(one)));
        const failing = taking.filter(fails);
        if (!failing.length || failing.length === taking.length) continue;
        const targets = listed([...new Set(failing.map(owner))], "or");
        const share = `about ${failing.length} in ${taking.length} requests ${failing.length === 1 ? "fails" : "fail"}`;
        words.add(`if the health check of ${owner(caller)} asks nothing behind ${targets}, ${share}`);
      }
    }
    const gone = new Set(lost);
    for (const [, , , replicas, , , , , , code] of model.components) {
      for (const one of code < 0 || found.members.has(code) ? [] : replicas) {
        const [id, , , hosts] = model.replicas[one];
        const here = model.components[code][3].filter(each => model.replicas[each][3].length && String(model.replicas[each][3]) === String(hosts));
        if (!here.length || !here.every(each => gone.has(model.replicas[each][2])) || !found.down.has(one) || found.down.get(one) & GONE) continue;
        words.add(`${id} works until it restarts, as ${listed(here.map(name))} ${here.length === 1 ? "is" : "are"} lost`);
      }
    }
    for (const [component, members] of found.members) {
      const kept = model.components[component][10];
      const dead = members.filter(one => found.down.get(one) & GONE && !(found.down.get(one) & SOUND));
      if (kept.length && dead.length) words.add(`the ${listed(kept)} on ${listedReplicas(dead.map(name))} are lost`);
    }
    return [...words];
  };

  const isCutOff = (found, one) => {
    const failed = found.failed.get(one);
    return failed & GONE && !(failed & SOUND) && !(found.down.get(one) & GONE);
  };

  /* What becomes of a flow when elements are lost: ok, degraded, delayed, partial or down, where it fails, and its single points then. */
  const outcome = (model, flow, lost, withPoints) => {
    const more = withPoints ? flow.plan.elements.filter(one => !lost.includes(one)) : [];
    const [states, every] = losing(lost, more);
    const found = evaluate(model, flow.plan, states, every);
    const whole = flow.whole ? evaluate(model, flow.whole, states, every) : found;
    const each = flow.every ? evaluate(model, flow.every, states, every) : found;
    const full = flow.full ? evaluate(model, flow.full, states, every) : each;
    const without = whole.plan.used.filter(one => whole.down.get(one) & GONE && !(whole.down.get(one) & SOUND));
    const cutOff = some => some.plan.used.filter(one => isCutOff(some, one));
    const made = { flow: flow.id, possible: true, step: null, path: [], lost: without, cutOff: cutOff(found), skipped: [], fails: [], down: [], points: [], hints: [] };
    if (found.flow & (SOUND | GONE)) {
      const bit = found.flow & SOUND ? SOUND : GONE;
      const [step, path] = trace(found, bit);
      const down = found.plan.replicas.filter(one => found.down.get(one) & bit);
      return { ...made, status: "down", possible: bit === GONE, step, path, fails: fails(flow, found, bit), down, held: hindrances(model, found, bit) };
    }
    const points = more.filter((_, at) => (found.flow >> BigInt(at + 2)) & 1n);
    made.hints = hints(model, found, lost);
    if (each.flow & (SOUND | GONE)) {
      const bit = each.flow & SOUND ? SOUND : GONE;
      const [step, path] = trace(each, bit);
      return { ...made, status: "partial", step, path, points, shortfall: shortfall(model, each, bit, path), always: bit === SOUND };
    }
    if (full.flow & (SOUND | GONE)) {
      const bit = full.flow & SOUND ? SOUND : GONE;
      const [step, path] = trace(full, bit);
      return { ...made, status: "delayed", step, path, points, waiting: waiting(flow, full, bit, step), always: bit === SOUND };
    }
    const left = skipped(flow, whole), cut = cutOff(full);
    const status = without.length || cut.length || left.length ? "degraded" : "ok";
    return { ...made, status, cutOff: cut, skipped: left, points };
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
          const promoters = need[2].flatMap(([, some]) => some.flatMap(each => found.members.get(each) || []));
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

  /* Replicas by name, or as a number where a component has many of them. */
  const listedReplicas = names => {
    const groups = new Map();
    for (const one of names) {
      const component = one.split(/[@#]/)[0];
      groups.set(component, [...(groups.get(component) || []), one]);
    }
    return listed([...groups].flatMap(([component, some]) => (some.length > 4 ? [`${some.length} replicas of ${component}`] : some)));
  };

  const request = (model, [, source, targets, message]) => {
    const to = targets.map(one => model.components[one][0]).join(" | ");
    return `${model.components[source][0]} -> ${to}${message ? `: ${message}` : ""}`;
  };

  const partial = (model, { shortfall: short, always }) => {
    const number = short.failing.length, single = number === 1;
    const be = short.down ? `${single ? "is" : "are"} down` : `${single ? "does" : "do"} not work`;
    const so = always ? ", as it is with nothing failed" : "";
    const caller = model.components[short.caller][0];
    const failing = listedReplicas(short.failing.map(each => model.replicas[each][0]));
    if (short.stuck) {
      const share = `about ${number} in ${short.members} requests ${single ? "gets" : "get"} no answer`;
      return `${failing} ${single ? "fails" : "fail"} and only hosts are watched, so traffic still goes there: ${share}${so}`;
    }
    if (number === short.members) {
      return `${failing} ${be} and ${caller} does not check: it keeps sending requests there${so}`;
    }
    const names = listed(short.targets.map(each => model.components[each][0]));
    return `${number} of ${short.members} replicas of ${names} ${be} and ${caller} does not check: ` +
      `about ${number} in ${short.members} requests ${single ? "fails" : "fail"}${so}`;
  };

  const delayed = (model, flow, { waiting: short, always, step, path }) => {
    const name = one => model.components[one][0];
    const so = always ? ", as it does with nothing failed" : "";
    if (short.down === "targets") {
      return `accepted; ${listed(short.targets.map(name))} ${short.targets.length === 1 ? "is" : "are"} down, so ${short.keeper < 0 ? `${name(short.source)} has to keep` : `${name(short.keeper)} keeps`} what is sent${so}`;
    }
    if (short.down === "source") return `accepted; ${name(short.source)} is down, so what is sent waits for it${so}`;
    const way = path.length ? `, on the way ${path.map(each => model.replicas[each][0]).join(" → ")}` : "";
    return `accepted; step ${flow.steps[step][0]} waits${so}: ${request(model, flow.steps[step])}${way}`;
  };

  /* Why a flow is as it is, and what is not counted in that, in the words of `archgen simulate`. */
  const reason = (model, flow, one) => {
    if (one.status === "ok" && one.hints.length) return one.hints.join("; ");
    return [cause(model, flow, one), ...one.hints].join("; ");
  };

  const cause = (model, flow, one) => {
    const names = some => listedReplicas(some.map(each => model.replicas[each][0]));
    const step = at => flow.steps[at][0];
    if (one.status === "ok") return "every element that it uses is up";
    if (one.status === "down") {
      const itself = one.possible ? "" : ", as it does with nothing failed";
      const way = one.path.length ? `, on the way ${one.path.map(each => model.replicas[each][0]).join(" → ")}` : "";
      const others = one.fails.filter(each => each !== one.step).map(step);
      const more = others.length ? `; ${listed(others)} would fail as well` : "";
      const held = one.held.has(one.step) ? `; ${one.held.get(one.step)}` : "";
      return `step ${step(one.step)} fails${itself}: ${request(model, flow.steps[one.step])}${way}${held}${more}`;
    }
    if (one.status === "partial") return partial(model, one);
    if (one.status === "delayed") return delayed(model, flow, one);
    return [
      ...(one.lost.length ? [`served without ${names(one.lost)}`] : []),
      ...(one.cutOff.length ? [`${names(one.cutOff)} can no longer do ${one.cutOff.length === 1 ? "its" : "their"} part`] : []),
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
      if (one.held.has(at)) return one.held.get(at);
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
    // a failover after a loss that lasts is done, unless a person has to do it
    const chances = variables.map(([some, rest, cause, open]) => (gone.has(cause) ? open : 1 - product(some) * rest));
    const values = [0, 1];
    for (const [variable, low, high] of nodes) {
      values.push((1 - chances[variable]) * values[low] + chances[variable] * values[high]);
    }
    return { method: "exact", value: product(points) * flow.steady * (1 - values[root]) };
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
    const series = points.reduce((found, one) => found * up(one), flow.steady);
    const bounds = [series * (1 - Math.min(1, middle + spread)), series * (1 - Math.max(0, middle - spread))];
    return { method: "sampled", value: series * (1 - share), bounds };
  };

  return { outcome, reach, reason, stop, availability, request, listed };
})();
