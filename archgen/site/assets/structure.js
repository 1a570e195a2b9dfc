/* The structure function of a model's flows, evaluated in the page: which flows work when some elements fail, and why others don't.

   It takes the data that archgen/site/structure_data.py writes and walks them as archgen/reliability does: many states at
   once, one bit of a BigInt each. Bit 0 is the state with nothing lost, bit 1 that with the chosen elements lost, and
   each further bit one in which one more element is lost. A set bit means "does not work then". */
var archgenStructure = (() => {
  "use strict";
  const SOUND = 1n, GONE = 2n;
  const SAMPLES = 8192;
  const Z99 = 2.5758293035489004;
  const ASIDE = 1000000;
  const CONTEXTS = 1000;

  const anyOf = values => values.reduce((union, value) => union | value, 0n);

  /* Return the states in at least `count` of the sets: they are counted in binary, a plane per digit, in parallel. */
  const atLeast = (count, values, every) => {
    if (count <= 0) return every;
    if (count === values.length) return values.reduce((common, value) => common & value, every);
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

  /* Return the states in which each replica of a plan is down, in which it doesn't work, and in which the flow fails;
     `lost` returns those in which an element is lost. Where `inner` names replicas, only these are evaluated, its spared elements being up. */
  const evaluate = (model, plan, losses, every, inner) => {
    const spared = inner ? inner.spared : new Set(), standing = inner ? inner.standing : new Map();
    const replicas = inner ? inner.replicas : plan.replicas;
    const lost = element => (spared.has(element) ? 0n : losses(element));
    const members = new Map();
    for (const replica of plan.replicas) {
      const component = model.replicas[replica][1];
      if (!members.has(component)) members.set(component, []);
      members.get(component).push(replica);
    }
    const clients = new Set(plan.clients);
    const gone = host => anyOf([lost(host), ...(model.around[host] || []).map(lost)]);
    /* The states in which the control plane is down, and nothing that floats is started on another host. */
    let unled;
    const leaderless = () => anyOf(model.leading.map(([count, some]) => atLeast(some.length - count + 1, some.map(up), every)));
    const stays = ([hit, groups]) => (unled ??= leaderless()) && unled & atLeast(hit, groups.map(group => anyOf(group.map(gone))), every);
    const isLost = replica => {
      const [, , element, hosts, zones, restart] = model.replicas[replica];
      const homes = hosts.length ? [atLeast(hosts.length, hosts.map(gone), every)] : [];
      return anyOf([lost(element), ...zones.map(lost), ...homes, ...(restart ? [stays(restart)] : [])]);
    };
    const up = replica => (clients.has(model.replicas[replica][1]) ? 0n : isLost(replica));
    const own = new Map(replicas.map(replica => [replica, up(replica)]));
    const down = new Map(own);
    for (const [count, some] of plan.quorums) {
      if (!own.has(some[0])) continue;
      const missed = atLeast(some.length - count + 1, some.map(replica => own.get(replica)), every);
      for (const replica of some) down.set(replica, own.get(replica) | missed);
    }
    const failed = new Map(down);
    const evaluation = { plan, members, down, failed, every, isLost };
    evaluation.component = component => {
      const some = members.get(component) || [];
      return atLeast(some.length, some.map(each => failed.get(each)), every);
    };
    evaluation.own = own;
    evaluation.itself = replica => lost(model.replicas[replica][2]);
    evaluation.short = ([count, some]) => atLeast(some.length - count + 1, some.map(replica => own.get(replica)), every);
    /* The states in which a guard rules out a candidate: no promoter is up, too few members are up, the member before it failed
       by itself, the health check of its caller gets no answer, or one ahead keeps the traffic and can't do its part. */
    evaluation.held = ([, promoters, votes, before, asks, ahead = []]) => anyOf(promoters.map(evaluation.component)) |
      anyOf(votes.map(evaluation.short)) | anyOf(before.map(evaluation.itself)) | anyOf(asks.map(evaluation.need)) |
      anyOf(ahead.map(evaluation.stuck));
    evaluation.need = ([step, candidates, guarded, count, kind, , places]) => {
      if (places) return wherever(step, places);
      if (kind === 2) return anyOf([...candidates.map(evaluation.itself), ...guarded.map(evaluation.held)]);
      const values = candidates.map(replica => failed.get(replica));
      for (const guard of guarded) values.push(failed.get(guard[0]) | evaluation.held(guard));
      return atLeast(values.length - count + 1, values, every);
    };
    evaluation.gone = gone;
    /* Return all elements that are up for certain where some more are, by their numbers; nothing if they are no more. */
    const sparing = around => {
      const fresh = around.filter(element => !spared.has(element));
      return !fresh.length || (spared.size && standing.size > CONTEXTS) ? null : [...spared, ...fresh].sort((one, other) => one - other);
    };
    const within = (up, some) => evaluate(model, plan, losses, every, { replicas: some, spared: new Set(up), standing });
    /* Return the states in which a need isn't met at a place for what leaves its host up. */
    evaluation.standing = index => {
      const [need, around, behind] = plan.there[index];
      const up = sparing(around), key = `${index} ${up}`;
      if (!up) return evaluation.need(need);
      if (!standing.has(key)) standing.set(key, within(up, behind).need(need));
      return standing.get(key);
    };
    /* Return the states in which a replica that keeps its traffic can't do its part, for what leaves it up. */
    const keeping = new Map(plan.keeping.map(([replica, ...rest]) => [replica, rest])), unable = new Map();
    evaluation.unable = unable;
    evaluation.stuck = replica => {
      const [around, behind] = keeping.get(replica), up = sparing(around), key = `of ${replica} ${up}`;
      if (!up) return unable.get(replica) ?? 0n;
      if (!standing.has(key)) standing.set(key, within(up, behind).unable.get(replica));
      return standing.get(key);
    };
    /* Return the states in which a need isn't met at the worst places for its replica, the one after those before it. */
    const wherever = (step, [before, number, owns]) => {
      const optionalSteps = new Set(plan.optional.map(index => plan.needs[index][0]));
      const groups = new Map();
      plan.places[number].forEach(([host, group, some], index) => {
        const asked = some.filter(each => each === owns[index] || !(optionalSteps.has(step) || optionalSteps.has(plan.there[each][0][0])));
        if (!groups.has(group)) groups.set(group, [[], []]);
        groups.get(group)[0].push(...asked.map(evaluation.standing));
        groups.get(group)[1].push(gone(host));
      });
      const bad = [...groups.values()].map(([some]) => anyOf(some));
      const noneLeft = [...groups.values()].map(([, some], index) => bad[index] | atLeast(some.length, some, every));
      const worst = [...before.map(each => own.get(each)), ...bad];
      return atLeast(before.length + 1, worst, every) | atLeast(noneLeft.length, noneLeft, every);
    };
    const uses = new Map(plan.replicas.map((replica, index) => [replica, plan.uses[index]]));
    evaluation.needs = replica => uses.get(replica).map(index => plan.needs[index]);
    const optional = new Set(plan.optional);
    let changed = true;
    while (changed) {
      changed = false;
      const unmet = new Map();
      for (const replica of inner ? replicas : plan.order) {
        let after = failed.get(replica);
        for (const index of uses.get(replica)) {
          if (optional.has(index)) continue;
          if (!unmet.has(index)) unmet.set(index, evaluation.need(plan.needs[index]));
          after |= unmet.get(index);
        }
        if (after !== failed.get(replica)) {
          failed.set(replica, after);
          changed = plan.cyclic === 1;
        }
        if (keeping.has(replica)) {
          const own = anyOf(keeping.get(replica)[2].map(index => unmet.get(index)));
          changed ||= plan.cyclic === 1 && own !== (unable.get(replica) ?? 0n);
          unable.set(replica, own);
        }
      }
    }
    if (!inner) evaluation.flow = anyOf(plan.initiators.map(([component]) => evaluation.component(component)));
    return evaluation;
  };

  /* Return the replicas that decide a need: candidates, their promoters, and those that health checks ask. */
  const decidersOf = (evaluation, [, candidates, guarded]) => {
    const all = [...candidates];
    for (const [replica, promoters, , , asks, ahead = []] of guarded) {
      all.push(replica, ...ahead, ...promoters.flatMap(each => evaluation.members.get(each) || []), ...asks.flatMap(each => decidersOf(evaluation, each)));
    }
    return all;
  };
  const deciders = (evaluation, need) => [...new Set(decidersOf(evaluation, need))];

  /* Return the replicas whose failure rules out candidates: voters, and members before them. */
  const beside = ([, , guarded]) =>
    [...new Set(guarded.flatMap(([, , votes, before, asks]) => [...before, ...votes.flatMap(each => each[1]), ...asks.flatMap(beside)]))];

  /* Return true if no guard would rule out a candidate in a state if every replica that is up worked. */
  const isFree = (evaluation, [, promoters, votes, before, asks, ahead = []], bit) =>
    promoters.every(each => (evaluation.members.get(each) || []).some(replica => !(evaluation.down.get(replica) & bit))) &&
    !votes.some(each => evaluation.short(each) & bit) &&
    !before.some(replica => evaluation.itself(replica) & bit) &&
    !ahead.some(replica => evaluation.stuck(replica) & bit) &&
    asks.every(each => alive(evaluation, each, bit).length >= each[3]);

  /* Return the host of the place that fails a need in a state, and the need there; nothing if none does. */
  const worstPlace = (evaluation, [, , , , , , places], bit) => {
    if (!places) return undefined;
    const [, number, owns] = places;
    const failing = [];
    evaluation.plan.places[number].forEach(([host], index) => {
      const when = owns[index] < 0 ? 0n : evaluation.standing(owns[index]);
      if (when & bit) failing.push([(when & SOUND && bit !== SOUND ? 1 : 0) + (evaluation.gone(host) & bit ? 1 : 0), host, evaluation.plan.there[owns[index]][0]]);
    });
    const least = Math.min(...failing.map(([worse]) => worse));
    const worst = failing.find(([worse]) => worse === least);
    return worst && worst.slice(1);
  };
  const atWorst = (evaluation, need, bit) => (worstPlace(evaluation, need, bit) ?? [null, need])[1];

  /* Return the replicas that could answer a need in a state if every replica that is up worked. */
  const alive = (evaluation, asked, bit) => {
    const [, candidates, guarded, , kind] = asked[6] && evaluation.need(asked) & bit ? atWorst(evaluation, asked, bit) : asked;
    if (kind === 2) {
      const free = guarded.filter(guard => !(evaluation.held(guard) & bit)).map(guard => guard[0]);
      return [...candidates.filter(replica => !(evaluation.itself(replica) & bit)), ...free];
    }
    const up = replica => !(evaluation.down.get(replica) & bit);
    return [...candidates.filter(up), ...guarded.filter(guard => up(guard[0]) && isFree(evaluation, guard, bit)).map(guard => guard[0])];
  };

  /* Return the reason why replicas that are up can't answer, by step: the first of the first caller that is up. */
  const hindrances = (model, flow, evaluation, bit, failing, path) => {
    const name = replica => model.replicas[replica][0], component = replica => model.components[model.replicas[replica][1]][0];
    const reasons = new Map();
    const words = (caller, [replica, promoters, votes, before, asks]) => {
      const own = model.components[model.replicas[replica][1]];
      const mover = promoters.find(each => model.components[each][0] !== own[7] && (evaluation.members.get(each) || []).every(member => evaluation.down.get(member) & bit));
      if (mover !== undefined) return `${model.components[mover][0]} is down, so nothing moves the traffic of ${own[0]} to ${name(replica)}`;
      for (const [count, some] of votes) {
        if (!(evaluation.short([count, some]) & bit)) continue;
        const up = some.filter(voter => !(evaluation.own.get(voter) & bit)).length;
        const voting = [...new Set(some.map(component))], members = voting.length === 1 ? "replicas" : "votes";
        return `${up} of ${some.length} ${members} of ${listed(voting)} ${up === 1 ? "is" : "are"} up, and it takes ${count}`;
      }
      for (const earlier of before) {
        if (evaluation.itself(earlier) & bit) return `${name(earlier)} failed by itself, so its host keeps the traffic and requests get no answer`;
      }
      for (const each of asks) {
        if (alive(evaluation, each, bit).length < each[3]) return `the health check of ${component(caller)} on ${component(replica)} asks ${each[5]}, which does not answer`;
      }
      return null;
    };
    const withoutQuorum = ([, candidates, guarded]) => {
      const up = [...candidates, ...guarded.map(guard => guard[0])].find(member => evaluation.down.get(member) & bit && !(evaluation.own.get(member) & bit));
      return up === undefined ? null : words(up, [up, [], evaluation.plan.quorums.filter(([, some]) => some.includes(up)), [], []]);
    };
    const answering = (candidates, guarded) => [...new Set([...candidates, ...guarded.map(guard => guard[0])].map(component))];
    const unresolved = ([, candidates, guarded, , , looked]) => looked == null ? null :
      `${listed(answering(candidates, guarded), "or")} has to resolve ${looked} first`;
    for (const caller of evaluation.plan.replicas) {
      if (evaluation.down.get(caller) & bit) continue;
      for (const asked of evaluation.needs(caller)) {
        if (reasons.has(asked[0]) || !(evaluation.need(asked) & bit)) continue;
        const place = worstPlace(evaluation, asked, bit), need = place ? place[1] : asked;
        const held = need[2].filter(guard => !(evaluation.down.get(guard[0]) & bit) && !isFree(evaluation, guard, bit));
        const reason = held.map(guard => words(caller, guard)).find(each => each !== null) || withoutQuorum(need) || unresolved(need) || (place &&
          `${name(caller)} may run on ${model.elements[place[0]][1]}, and no replica of ${listed(answering(asked[1], asked[2]), "or")} answers there`);
        if (reason) reasons.set(need[0], reason);
      }
    }
    // a member that is up keeps the traffic from one that works
    const kept = evaluation.plan.replicas.flatMap(caller => evaluation.needs(caller)).flatMap(need => need[2]).flatMap(([replica, , , , , ahead = []]) =>
      evaluation.failed.get(replica) & bit ? [] : ahead.filter(each => path.includes(each) && !(evaluation.down.get(each) & bit) && evaluation.stuck(each) & bit));
    if (kept.length && !reasons.has(failing)) {
      const [, , , , watched] = evaluation.plan.keeping.find(([each]) => each === kept[0]);
      reasons.set(failing, `${name(kept[0])} keeps the traffic while it is up (\`watches: ${watched}\`)`);
    }
    // members that are up without a majority send nothing
    flow.steps.forEach(([, source], step) => {
      const votes = evaluation.plan.quorums.find(([, some]) => model.replicas[some[0]][1] === source);
      const up = votes && votes[1].find(member => evaluation.down.get(member) & bit && !(evaluation.own.get(member) & bit));
      if (up !== undefined && !reasons.has(step)) reasons.set(step, words(up, [up, [], [votes], [], []]));
    });
    return reasons;
  };

  /* Return the first target for each replica that stands behind one of a need, as its check asks it or it promotes it: one that is up, if any is. */
  const behind = ([, candidates, guarded], of, evaluation, bit) => {
    const own = new Set([...candidates, ...guarded.map(([replica]) => replica)]), targets = new Map();
    const down = ([replica]) => evaluation.down.get(replica) & bit;
    for (const guard of [...guarded.filter(each => !down(each)), ...guarded.filter(down)]) {
      for (const replica of of(guard)) if (!own.has(replica) && !targets.has(replica)) targets.set(replica, guard[0]);
    }
    return targets;
  };

  /* Return the first target that is up, with what is down and lets its check fail; nothing if none is held back so. */
  const behindTarget = (evaluation, [, , guarded], bit) => {
    const down = replica => evaluation.down.get(replica) & bit;
    for (const [replica, , , , asks] of guarded.filter(([each]) => !down(each))) {
      for (const asked of asks.filter(each => evaluation.need(each) & bit)) {
        const lost = [...deciders(evaluation, asked), ...beside(asked)].find(down);
        if (lost !== undefined) return [replica, lost];
      }
    }
    return undefined;
  };

  /* Return the first step that fails and the replicas from the initiator to it, along failed needs in the order of the steps. */
  const trace = (evaluation, bit) => {
    const lame = bit === SOUND ? 0n : SOUND;
    const [component, step] = evaluation.plan.initiators.find(([initiator]) => evaluation.component(initiator) & bit);
    const sound = evaluation.members.get(component).filter(member => !(evaluation.failed.get(member) & lame));
    // a standby may have taken over that could do its part before as little as now
    return traced(evaluation, bit, lame) ?? traced(evaluation, bit, 0n) ?? [step, sound.slice(0, 1)];
  };

  /* Return the step and the path of `trace`, past replicas that fail in the states of `lame` too; null if they lead nowhere. */
  const traced = (evaluation, bit, lame) => {
    const [component] = evaluation.plan.initiators.find(([initiator]) => evaluation.component(initiator) & bit);
    const sound = evaluation.members.get(component).filter(member => !(evaluation.failed.get(member) & lame));
    const starts = new Set(evaluation.plan.starts.map(index => evaluation.plan.needs[index]));
    const cameFrom = new Map(), through = new Map();
    // a replica after the step that leads there, with its caller; or a need that nothing meets
    const open = sound.filter(member => !(evaluation.down.get(member) & bit)).map(member => [-1, member, null, null]);
    const failing = callee => evaluation.failed.get(callee) & bit && !(evaluation.failed.get(callee) & lame);
    while (open.length) {
      let first = 0;
      open.forEach(([place], index) => { if (place < open[first][0]) first = index; });
      const [[, replica, before, broken]] = open.splice(first, 1);
      if (broken) {
        const dead = [...deciders(evaluation, broken), ...beside(broken)].filter(failing).filter(callee => evaluation.down.get(callee) & bit);
        // a standby that starts nothing yet calls nobody: the step begins at the active member
        if (starts.has(broken) && dead.length) return [broken[0], dead.slice(0, 1)];
        const way = [replica];
        for (let at = replica; cameFrom.get(at) !== null; at = cameFrom.get(at)) {
          const caller = cameFrom.get(at), between = through.get(`${caller} ${at}`);
          way.unshift(...(between === undefined || between === caller ? [caller] : [caller, between]));
        }
        return [broken[0], [...way, ...behindTarget(evaluation, broken, bit) ?? dead.slice(0, 1)]];
      }
      if (cameFrom.has(replica)) continue;
      cameFrom.set(replica, before);
      for (const asked of evaluation.needs(replica)) {
        if (!(evaluation.need(asked) & bit)) continue;
        const need = atWorst(evaluation, asked, bit);
        if (alive(evaluation, need, bit).length < need[3]) {
          open.push([need[0], replica, before, need]);
          continue;
        }
        // a check reaches what it asks through its target, and what promotes a replica stands behind that
        const checked = behind(need, ([, , , , asks]) => asks.flatMap(each => deciders(evaluation, each)), evaluation, bit);
        const promoting = behind(need, ([, some]) => some.flatMap(each => evaluation.members.get(each) || []), evaluation, bit);
        // who takes the traffic is up and fails for a reason of its own
        const own = need[1].some(each => failing(each) && !(evaluation.down.get(each) & bit));
        for (const callee of deciders(evaluation, need).filter(failing)) {
          if (evaluation.down.get(callee) & bit || cameFrom.has(callee)) continue;
          const target = checked.get(callee) ?? promoting.get(callee);
          if (target !== undefined) through.set(`${replica} ${callee}`, target);
          open.push([need[0] + (own && promoting.has(callee) ? ASIDE : 0), callee, replica, null]);
        }
      }
    }
    return null;
  };

  /* Return the requests that no caller that is up can make, in order. */
  const fails = (flow, evaluation, bit) => {
    const able = new Map();
    for (const replica of evaluation.plan.replicas) {
      if (evaluation.down.get(replica) & bit) continue;
      for (const need of evaluation.needs(replica)) {
        able.set(need[0], able.get(need[0]) || alive(evaluation, need, bit).length >= need[3]);
      }
    }
    return flow.steps.map((_, index) => index).filter(index => able.get(index) === false);
  };

  /* Return the optional requests that none of their callers can still make. */
  const skipped = (flow, evaluation) => {
    const able = new Map();
    for (const replica of evaluation.plan.replicas) {
      for (const need of evaluation.needs(replica)) {
        const unmet = evaluation.need(need) | evaluation.down.get(replica);
        able.set(need[0], (able.get(need[0]) || 0n) | (~unmet & (SOUND | GONE)));
      }
    }
    return flow.skippable.filter(index => able.get(index) === SOUND);
  };

  /* Return the states of every element when some are lost, and each of `more` in addition, in a state of its own. */
  const losing = (lost, more) => {
    const every = (1n << BigInt(more.length + 2)) - 1n;
    const states = new Map(lost.map(element => [element, every & ~SOUND]));
    more.forEach((element, index) => states.set(element, (states.get(element) || 0n) | (1n << BigInt(index + 2))));
    return [element => states.get(element) || 0n, every];
  };

  /* Return the shares of replicas, by place, from the weights of the one who chooses: a component's is split among its replicas. */
  const trafficShares = (model, chooser, members) => {
    const [, weights] = model.components[chooser][8] || [[], {}];
    const declared = new Map(Object.entries(weights)), counts = new Map(), own = new Set();
    const name = member => model.replicas[member][0], owner = member => model.components[model.replicas[member][1]][0];
    const weight = (each, other) => (declared.has(each) ? declared.get(each) : other);
    for (const member of members) {
      counts.set(owner(member), (counts.get(owner(member)) || 0) + 1);
      if (declared.has(name(member))) own.add(owner(member));
    }
    const split = [...counts.keys()].some(component => declared.has(component));
    const shares = new Map(members.map(member => {
      const component = owner(member);
      return [member, own.has(component) || !split ? weight(name(member), weight(component, 1)) : weight(component, 1) / counts.get(component)];
    }));
    const total = [...shares.values()].reduce((sum, share) => sum + share, 0);
    return new Map([...shares].map(([member, share]) => [member, total ? share / total : 0]));
  };

  /* Return the part of the requests that some replicas get, in words, and whether it is one request; `of` tells whose they are. */
  const part = (members, shares, of) => {
    const each = [...shares.values()], most = Math.max(...each);
    if (most - Math.min(...each) <= 1e-9 * most) return [`${members.length} in ${each.length} ${of ? `of ${of}` : "requests"}`, members.length === 1];
    const percent = Math.floor(100 * members.reduce((sum, member) => sum + shares.get(member), 0) + 0.5 + 1e-9);
    return [`${percent === 0 ? "under 1%" : percent === 100 ? "over 99%" : `${percent}%`} of ${of || "requests"}`, false];
  };

  const failingPart = (members, shares, of) => {
    const [words, single] = part(members, shares, of);
    return `about ${words} ${single ? "fails" : "fail"}`;
  };

  /* Return words for the requests of a caller to some targets, unless each request of the flow makes the step once. */
  const requestsTo = (model, caller, members) => {
    const targets = [...new Set(members.map(member => model.components[model.replicas[member][1]][0]))];
    return `${model.components[caller][0]}'s requests to ${listed(targets, "or")}`;
  };

  /* Return the replicas that take the requests of a need, and those of them that don't answer. */
  const takers = (evaluation, [, candidates, guarded, , kind], bit) => {
    if (kind === 2) return [candidates, candidates.filter(member => evaluation.itself(member) & bit)];
    const held = new Set(guarded.filter(guard => evaluation.held(guard) & bit).map(guard => guard[0]));
    const members = [...candidates, ...guarded.map(guard => guard[0])];
    return [members, members.filter(member => evaluation.failed.get(member) & bit || held.has(member))];
  };

  /* Return the reason why a share of the requests fails: the last unmet condition of every request on the path, else the first in the flow. */
  const shortfall = (model, flow, evaluation, bit, path) => {
    const unmet = [...new Set([...[...path].reverse(), ...evaluation.plan.replicas])].flatMap(caller =>
      evaluation.needs(caller).filter(need => need[4] && evaluation.need(need) & bit).map(need => [model.replicas[caller][1], caller, need]));
    if (!unmet.length) return null;
    const [[caller, , need], ...others] = unmet;
    const [members, failing] = takers(evaluation, need, bit);
    const isCause = other => takers(evaluation, other, bit)[1].some(member => evaluation.down.get(member) & bit || !(evaluation.failed.get(member) & bit));
    const apart = others.filter(([component, , other]) => component !== caller || other[0] !== need[0]);
    const whole = flow.steps[need[0]][8] && !apart.some(([, replica, other]) => !path.includes(replica) || isCause(other));
    const [, chooser = caller] = flow.steps[need[0]].slice(9);
    return {
      caller,
      targets: [...new Set(members.map(member => model.replicas[member][1]))],
      failing,
      members: trafficShares(model, chooser, members),
      down: failing.every(member => evaluation.down.get(member) & bit),
      stuck: need[4] === 2,
      of: whole ? "" : requestsTo(model, caller, members),
    };
  };

  /* Return the reason why a step is delayed: its targets are down, or its source, or neither. */
  const waiting = (flow, evaluation, bit, step) => {
    const [, source, targets, , , , , keeper, , sender = source] = flow.steps[step];
    const areDown = some => {
      const replicas = some.flatMap(component => evaluation.members.get(component) || []);
      return replicas.length > 0 && replicas.every(replica => evaluation.down.get(replica) & bit);
    };
    return { source, targets, keeper, sender, down: areDown(targets) ? "targets" : areDown([source]) ? "source" : null };
  };

  /* Return what a component that worked with nothing lost waits for, itself or what it calls that is down; undefined if it works. */
  const lacking = (model, evaluation, component) => {
    const states = (evaluation.members.get(component) || []).map(each => evaluation.failed.get(each)), waiting = [component];
    if (!states.every(each => each & GONE) || states.every(each => each & SOUND)) return undefined;
    for (const name of waiting) {
      const up = evaluation.members.get(name).filter(each => !(evaluation.down.get(each) & GONE));
      const unmet = up.flatMap(each => evaluation.needs(each)).filter(need => evaluation.need(need) & GONE);
      const called = unmet.flatMap(need => deciders(evaluation, need)).filter(each => evaluation.failed.get(each) & GONE);
      waiting.push(...called.map(each => model.replicas[each][1]).filter(each => !waiting.includes(each)).slice(0, 1));
    }
    return waiting.at(-1);
  };

  /* Return further risks while a flow is served: health checks that ask only the target, files that are read at the next start. */
  const hints = (model, flow, evaluation, lost) => {
    const words = new Set(), asked = new Set();
    const name = replica => model.replicas[replica][0], owner = replica => model.components[model.replicas[replica][1]][0];
    const fails = replica => evaluation.failed.get(replica) & GONE && !(evaluation.failed.get(replica) & SOUND);
    for (const [component] of evaluation.plan.initiators) {
      // a visitor is no element
      const isLost = replica => model.replicas[replica][2] >= 0 && evaluation.isLost(replica) & GONE;
      if (evaluation.plan.clients.includes(component) && model.components[component][3].every(isLost)) {
        words.add(`${model.components[component][0]} is down, so it sends nothing`);
      }
    }
    for (const caller of evaluation.plan.replicas) {
      const [backup, , checks, unseen] = model.components[model.replicas[caller][1]][8] || [[], {}, [], []];
      if (evaluation.failed.get(caller) & GONE || !unseen.length) continue;
      const notices = checks.map(component => evaluation.members.get(component) || []);
      if (notices.some(members => members.length && members.every(each => evaluation.failed.get(each) & GONE))) continue;
      for (const need of evaluation.needs(caller)) {
        const key = `${owner(caller)} ${need[0]}`;
        if (need[4] || asked.has(key)) continue;
        asked.add(key);
        const taking = [...new Set(alive(evaluation, need, GONE))].filter(replica => !backup.includes(name(replica)) && !backup.includes(owner(replica)));
        const failing = taking.filter(fails);
        if (!failing.length || failing.length === taking.length) continue;
        const targets = listed([...new Set(failing.map(owner))], "or");
        const component = model.replicas[caller][1], of = flow.steps[need[0]][8] ? "" : requestsTo(model, component, taking);
        words.add(unseen.join(targets) + failingPart(failing, trafficShares(model, component, taking), of));
      }
    }
    const gone = new Set(lost);
    for (const [, , , replicas, , , , , , code] of model.components) {
      for (const replica of code < 0 || evaluation.members.has(code) ? [] : replicas) {
        const [id, , , hosts] = model.replicas[replica];
        const here = model.components[code][3].filter(each => model.replicas[each][3].length && String(model.replicas[each][3]) === String(hosts));
        if (!here.length || !here.every(each => gone.has(model.replicas[each][2])) || !evaluation.down.has(replica) || evaluation.down.get(replica) & GONE) continue;
        words.add(`${id} works until it restarts, as ${listed(here.map(name))} ${here.length === 1 ? "is" : "are"} lost`);
      }
    }
    for (const [component, members] of evaluation.members) {
      const [stored, visited] = model.components[component].slice(10);
      const dead = members.filter(member => visited.includes(member) && evaluation.down.get(member) & GONE && !(evaluation.down.get(member) & SOUND));
      if (stored.length && dead.length) words.add(`the ${listed(stored)} on ${listedReplicas(dead.map(name))} are lost`);
    }
    for (const caller of evaluation.plan.replicas) {
      for (const [replica, promoters] of evaluation.needs(caller).flatMap(need => need[2])) {
        for (const by of evaluation.down.get(replica) & GONE ? [] : promoters) {
          const awaited = lacking(model, evaluation, by);
          if (awaited !== undefined) words.add(`${owner(replica)} can't fail over until ${model.components[awaited][0]} is back`);
        }
      }
    }
    return [...words];
  };

  const isCutOff = (evaluation, replica) => {
    const failed = evaluation.failed.get(replica);
    return failed & GONE && !(failed & SOUND) && !(evaluation.own.get(replica) & GONE);
  };

  /* Return the outcome of a flow when elements are lost: ok, degraded, delayed, partial or down, the step that fails, and the single points that remain. */
  const outcome = (model, flow, lost, withPoints) => {
    const more = withPoints ? flow.plan.elements.filter(element => !lost.includes(element)) : [];
    const [states, every] = losing(lost, more);
    const evaluation = evaluate(model, flow.plan, states, every);
    const entire = flow.whole ? evaluate(model, flow.whole, states, every) : evaluation;
    const each = flow.every ? evaluate(model, flow.every, states, every) : evaluation;
    const full = flow.full ? evaluate(model, flow.full, states, every) : each;
    const hurt = entire.plan.used.filter(replica => entire.down.get(replica) & GONE && !(entire.down.get(replica) & SOUND));
    const without = hurt.filter(replica => entire.own.get(replica) & GONE);
    const cutOff = some => some.plan.used.filter(replica => isCutOff(some, replica));
    const result = { flow: flow.id, possible: true, step: null, path: [], lost: without, cutOff: cutOff(evaluation), skipped: [], fails: [], down: [], points: [], hints: [] };
    if (evaluation.flow & (SOUND | GONE)) {
      const bit = evaluation.flow & SOUND ? SOUND : GONE;
      const [step, path] = trace(evaluation, bit);
      const down = evaluation.plan.replicas.filter(replica => evaluation.down.get(replica) & bit);
      return { ...result, status: "down", possible: bit === GONE, step, path, fails: fails(flow, evaluation, bit), down, held: hindrances(model, flow, evaluation, bit, step, path) };
    }
    const points = more.filter((_, index) => (evaluation.flow >> BigInt(index + 2)) & 1n);
    result.hints = hints(model, flow, evaluation, lost);
    if (each.flow & (SOUND | GONE)) {
      const bit = each.flow & SOUND ? SOUND : GONE;
      const [step, path] = trace(each, bit);
      return { ...result, status: "partial", step, path, points, shortfall: shortfall(model, flow, each, bit, path), always: bit === SOUND };
    }
    if (full.flow & (SOUND | GONE)) {
      const bit = full.flow & SOUND ? SOUND : GONE;
      let [step, path] = trace(full, bit);
      // a request that fails at once, and that another caller makes instead, isn't what waits
      const atOnce = fails(flow, each, bit), late = fails(flow, full, bit).filter(index => !atOnce.includes(index));
      if (late.length && !late.includes(step)) [step, path] = [late[0], []];
      return { ...result, status: "delayed", step, path, points, waiting: waiting(flow, full, bit, step), always: bit === SOUND };
    }
    // a member without its quorum is up, and does nothing
    const left = skipped(flow, entire), cut = [...new Set([...cutOff(full), ...hurt.filter(replica => !without.includes(replica))])];
    const status = without.length || cut.length || left.length ? "degraded" : "ok";
    return { ...result, status, cutOff: cut, skipped: left, points };
  };

  /* Return the replicas of a flow that requests still reach, and those that are up but no longer reached. */
  const reach = (model, flow, lost) => {
    const [states, every] = losing(lost, []);
    const evaluation = evaluate(model, flow.plan, states, every);
    const walk = bit => {
      const queue = flow.plan.initiators.flatMap(([component]) => evaluation.members.get(component)).filter(replica => !(evaluation.down.get(replica) & bit));
      const seen = new Set(queue);
      for (const replica of queue) {
        for (const need of evaluation.needs(replica)) {
          const promoters = need[2].flatMap(([, some]) => some.flatMap(each => evaluation.members.get(each) || []));
          for (const callee of [...alive(evaluation, need, bit), ...promoters.filter(each => !(evaluation.down.get(each) & bit))]) {
            if (!seen.has(callee)) seen.add(callee), queue.push(callee);
          }
        }
      }
      return seen;
    };
    const before = walk(SOUND), now = walk(GONE);
    const cut = [...before].filter(replica => !now.has(replica) && !(evaluation.down.get(replica) & GONE));
    return { reached: [...now], cut };
  };

  const listed = (names, last = "and") =>
    names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${last} ${names[names.length - 1]}`;

  /* List replicas by name, or as a number where a component has many of them. */
  const listedReplicas = names => {
    const groups = new Map();
    for (const name of names) {
      const component = name.split(/[@#]/)[0];
      groups.set(component, [...(groups.get(component) || []), name]);
    }
    return listed([...groups].flatMap(([component, some]) => (some.length > 4 ? [`${some.length} replicas of ${component}`] : some)));
  };

  const request = (model, [, source, targets, message]) => {
    const to = targets.map(target => model.components[target][0]).join(" | ");
    return `${model.components[source][0]} -> ${to}${message ? `: ${message}` : ""}`;
  };

  const partial = (model, { shortfall: short, always }) => {
    const number = short.failing.length, single = number === 1;
    const be = short.down ? `${single ? "is" : "are"} down` : `${single ? "does" : "do"} not work`;
    const so = always ? ", as it is with nothing failed" : "";
    const caller = model.components[short.caller][0];
    const failing = listedReplicas(short.failing.map(each => model.replicas[each][0]));
    if (short.stuck) {
      const [words, one] = part(short.failing, short.members, short.of), share = `about ${words} ${one ? "gets" : "get"} no answer`;
      return `${failing} ${single ? "fails" : "fail"} and only hosts are watched, so traffic still goes there: ${share}${so}`;
    }
    if (number === short.members.size) {
      return `${failing} ${be} and ${caller} does not check: it keeps sending requests there${so}`;
    }
    const names = listed(short.targets.map(each => model.components[each][0]));
    return `${number} of ${short.members.size} replicas of ${names} ${be} and ${caller} does not check: ` +
      `${failingPart(short.failing, short.members, short.of)}${so}`;
  };

  /* Return the way to what fails; where it ends at once, the caller is down, however well the target is. */
  const isSentByLost = ({ path, down }) => path.length === 1 && down.includes(path[0]);
  const way = (model, { path, down }) => {
    const name = each => model.replicas[each][0];
    if (isSentByLost({ path, down })) return `; ${name(path[0])}, which makes this request, is down`;
    return path.length ? `, on the way ${path.map(name).join(" → ")}` : "";
  };

  const delayed = (model, flow, { waiting: short, always, step, path, down }) => {
    const name = component => model.components[component][0];
    const so = always ? ", as it does with nothing failed" : "";
    if (short.down === "targets") {
      return `accepted; ${listed(short.targets.map(name))} ${short.targets.length === 1 ? "is" : "are"} down, so ${short.keeper < 0 ? `${name(short.sender)} has to keep` : `${name(short.keeper)} keeps`} what is sent${so}`;
    }
    if (short.down === "source") return `accepted; ${name(short.source)} is down, so what is sent waits for it${so}`;
    return `accepted; step ${flow.steps[step][0]} waits${so}: ${request(model, flow.steps[step])}${way(model, { path, down })}`;
  };

  /* Return the reason for the outcome of a flow, and the risks beside it, in the words of `archgen simulate`. */
  const reason = (model, flow, result) => {
    if (result.status === "ok" && result.hints.length) return result.hints.join("; ");
    return [cause(model, flow, result), ...result.hints].join("; ");
  };

  const cause = (model, flow, result) => {
    const names = some => listedReplicas(some.map(each => model.replicas[each][0]));
    const step = index => flow.steps[index][0];
    if (result.status === "ok") return "every element that it uses is up";
    if (result.status === "down") {
      const itself = result.possible ? "" : ", as it does with nothing failed";
      const others = result.fails.filter(each => each !== result.step).map(step);
      const more = others.length ? `; ${listed(others)} would fail as well` : "";
      const held = result.held.has(result.step) ? `; ${result.held.get(result.step)}` : "";
      const passed = held && isSentByLost(result) ? "" : way(model, result);
      return `step ${step(result.step)} fails${itself}: ${request(model, flow.steps[result.step])}${passed}${held}${more}`;
    }
    if (result.status === "partial") return partial(model, result);
    if (result.status === "delayed") return delayed(model, flow, result);
    return [
      ...(result.lost.length ? [`served without ${names(result.lost)}`] : []),
      ...(result.cutOff.length ? [`${names(result.cutOff)} can no longer do ${result.cutOff.length === 1 ? "its" : "their"} part`] : []),
      ...result.skipped.map(index => `step ${step(index)} fails, which it can do without: ${request(model, flow.steps[index])}`),
    ].join("; ");
  };

  /* Return true if, of several replicas, a step names the one that is declared the primary. */
  const namesPrimary = ([, , , replicas, , now], pinned) =>
    now.length === 1 && replicas.length > 1 && replicas.every(each => pinned.includes(each) === now.includes(each));

  /* Return the first request that fails in the order of steps, and what the visitor sees: the step, the form, and a sentence. */
  const stop = (model, flow, result) => {
    const failing = new Set([...result.fails, result.step]);
    const index = flow.steps.findIndex((_, place) => failing.has(place));
    const [id, source, targets, , pinned, asked, needs] = flow.steps[index];
    const down = new Set(result.down);
    const all = some => some.every(each => down.has(each));
    const number = id.slice(id.lastIndexOf("/") + 1);
    const head = `The request fails at step ${number}${result.possible ? "" : " with every element up"}`;
    const caller = model.components[source];
    if (all(caller[3])) return { step: index, how: "unsent", words: `${head}: ${result.held.get(index) || `no replica of ${caller[0]} is up to send it`}` };
    const to = targets.map(each => model.components[each]);
    const names = listed(to.map(each => each[0]), "or");
    const why = () => {
      const unconnected = targets.filter((_, place) => asked[place] < 0).map(each => model.components[each][0]);
      if (unconnected.length) return `no connection leads from ${caller[0]} to ${listed(unconnected, "or")}`;
      if (all(to.flatMap(each => each[3]))) {
        return to.length === 1 && to[0][2] > 1 ? `${names} lacks its quorum of ${to[0][2]}` : `no replica of ${names} is up`;
      }
      if (result.held.has(index)) return result.held.get(index);
      if (all(to.flatMap((each, place) => (asked[place] ? each[5] : each[4])))) {
        const work = [...new Set(asked.map(each => (each === 2 ? "writes" : "reads")))];
        const none = `no replica of ${names} accepts ${listed(work, "or")}`;
        if (all(to.flatMap((each, place) => (asked[place] ? each[6] : [])))) return none;
        const promoters = to.map(each => each[7]).filter(Boolean);
        return `${none}, and ${listed(promoters, "or")} promotes none`;
      }
      if (pinned.length && all(pinned)) {
        const lost = `${listed(pinned.map(each => model.replicas[each][0]))} ${pinned.length === 1 ? "is" : "are"} down`;
        const promoters = to.filter(each => each[7] && each[6].length && namesPrimary(each, pinned)).map(each => each[7]);
        return promoters.length ? `${lost}, and ${listed(promoters, "or")} promotes none` : lost;
      }
      if (Array.isArray(needs)) return `it needs every replica of ${listed(needs.map(each => model.components[each][0]), "or")}, and not all are up`;
      if (needs !== 1) return `too few replicas of ${names} are up`;
      return `no replica of ${names} that it can reach works`;
    };
    return { step: index, how: "unanswered", words: `${head}: ${why()}` };
  };

  /* Return the availability of a flow while some elements are lost: exact by its decision diagram, else the bounds
     with nothing lost, else sampled. */
  const availability = (model, flow, lost) => {
    const gone = new Set(lost);
    const up = element => (gone.has(element) ? 0 : model.up[element]);
    const product = some => some.reduce((chance, element) => chance * up(element), 1);
    if (!flow.chart) return lost.length || !flow.known ? sampled(model, flow, lost, up) : flow.known;
    const { points, variables, nodes, root } = flow.chart;
    // a lasting loss is past its failover, unless that is manual
    const chances = variables.map(([some, rest, cause, open]) => (gone.has(cause) ? open : 1 - product(some) * rest));
    const values = [0, 1];
    for (const [variable, low, high] of nodes) {
      values.push((1 - chances[variable]) * values[low] + chances[variable] * values[high]);
    }
    return { method: "exact", value: product(points) * flow.steady * (1 - values[root]) };
  };

  /* Monte Carlo over the elements that are no single points, from a fixed seed (xorshift32: Marsaglia, 2003), with a Wilson interval. */
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
    const states = new Map(lost.map(element => [element, every]));
    for (const element of flow.plan.elements) {
      if (fixed.has(element)) continue;
      let digits = "0x";
      for (let sample = 0; sample < SAMPLES; sample += 4) {
        let digit = 0;
        for (let bit = 0; bit < 4; bit++) digit = digit * 2 + (random() < 1 - up(element) ? 1 : 0);
        digits += digit.toString(16);
      }
      states.set(element, BigInt(digits));
    }
    const failing = evaluate(model, flow.plan, element => states.get(element) || 0n, every).flow;
    const hits = failing.toString(2).split("1").length - 1;
    const share = hits / SAMPLES, square = Z99 * Z99;
    const middle = (share + square / (2 * SAMPLES)) / (1 + square / SAMPLES);
    const spread = (Z99 / (1 + square / SAMPLES)) * Math.sqrt((share * (1 - share)) / SAMPLES + square / (4 * SAMPLES * SAMPLES));
    const series = points.reduce((chance, element) => chance * up(element), flow.steady);
    const bounds = [series * (1 - Math.min(1, middle + spread)), series * (1 - Math.max(0, middle - spread))];
    return { method: "sampled", value: series * (1 - share), bounds };
  };

  return { outcome, reach, reason, stop, availability, request, listed };
})();
