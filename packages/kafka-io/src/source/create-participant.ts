import type { KafkaCluster } from "../cluster/kafka-cluster.ts";
import { ConsumerGroupMember } from "./consumer-group-member.ts";
import { GroupMember } from "./group-member.ts";
import type { GroupParticipant, ParticipantOutput } from "./group-participant.ts";
import { type KafkaSourceSettings, memberSettings } from "./source-settings.ts";

/** A member of the group by the protocol that the settings name. */
export function createParticipant(
  cluster: KafkaCluster,
  settings: KafkaSourceSettings,
  groupId: string,
  output: ParticipantOutput,
): GroupParticipant {
  const { groupProtocol = "classic" } = settings;
  switch (groupProtocol) {
    case "classic":
      return new GroupMember(cluster, memberSettings(settings, groupId), output);
    case "consumer":
      return new ConsumerGroupMember(cluster, memberSettings(settings, groupId), output);
    default:
      return groupProtocol satisfies never;
  }
}
