import { Agent } from 'node:http';
import type { Socket } from 'node:net';
import { nameOf, type TargetPlace } from '../services/elbv2/targets.ts';

/** The kept connections of the balancer, per target. */
export interface TargetConnections {
  of(place: TargetPlace): Agent;
  /** Closes what is kept to a target that is gone; its port may soon be another's. */
  forget(place: TargetPlace): void;
  close(): void;
}

export function createTargetConnections(): TargetConnections {
  const agents = new Map<string, Agent>();

  return {
    of(place) {
      const known = agents.get(nameOf(place));
      if (known) return known;
      const agent = new Agent({ keepAlive: true });
      agents.set(nameOf(place), agent);
      return agent;
    },
    forget(place) {
      const agent = agents.get(nameOf(place));
      agents.delete(nameOf(place));
      if (!agent) return;
      // Only what is idle: a delay that ran out does not cut off who is still being answered.
      for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
      agent.on('free', (socket: Socket) => void socket.destroy());
    },
    close() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}
