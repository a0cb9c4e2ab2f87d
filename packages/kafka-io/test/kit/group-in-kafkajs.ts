import { AssignerProtocol, Kafka, logLevel } from "kafkajs";
import type { GroupDescription } from "../../src/index.ts";

/** A group as kafkajs's own client describes it. */
export async function describedByKafkajs(
  bootstrapServers: string,
  groupId: string,
  topic: string,
): Promise<GroupDescription> {
  const kafka = new Kafka({ brokers: [bootstrapServers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const { groups } = await admin.describeGroups([groupId]);
    const { state = "", members = [] } = groups[0] ?? {};
    const described = members.map(({ memberId, clientId, clientHost, memberAssignment }) => {
      const given = AssignerProtocol.MemberAssignment.decode(memberAssignment);
      const partitions = (given?.assignment[topic] ?? []).toSorted((a, b) => a - b);
      return { memberId, clientId, host: clientHost.replace("/", ""), partitions };
    });
    return { state, members: described.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1)) };
  } finally {
    await admin.disconnect();
  }
}
