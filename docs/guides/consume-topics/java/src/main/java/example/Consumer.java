package example;

import com.google.gson.Gson;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import schoolside.requests.v1.RequestEvents.RequestHeld;
import schoolside.requests.v1.RequestEvents.RequestReassigned;
import schoolside.requests.v1.RequestEvents.RequestRouted;

/**
 * Counts the open requests of each team, from the topic of requests and its published schema alone.
 *
 * <p>Records come at least once: after a crash, some come again. Each carries its request's version, 1, 2, 3 and so on,
 * so what is known of a request is enough to see a record that came before (drop it) and a record that is missing (stop).
 *
 * <p>What is counted lies in memory, so each run reads the topic from its beginning and commits no offsets. Who stores a
 * result stores it first and commits then ({@code commitSync}), or stores the offsets with it in one transaction, as the
 * Python example does. Never the other way round, nor with {@code enable.auto.commit}: that loses records.
 */
public final class Consumer {
  private static final String TOPIC = "schoolside.requests.request.v1";

  /** What is known of a request. */
  private record Request(long version, String team, boolean open) {
    static final Request UNKNOWN = new Request(0, "", false);

    Request heldBy(String team) {
      return new Request(version, team, open);
    }

    Request open(boolean open) {
      return new Request(version, team, open);
    }

    Request at(long version) {
      return new Request(version, team, open);
    }
  }

  /** What would be counted from here on would be wrong. */
  private static final class Stop extends RuntimeException {
    private Stop(String why) {
      super(why);
    }

    static Stop hole(String request, long after, long found) {
      return new Stop(
          "request %s: after version %d comes %d. What lies between is in the log: read it with EventFeedService"
              .formatted(request, after, found));
    }

    static Stop foreign(ConsumerRecord<String, byte[]> record) {
      return new Stop(
          "partition %d, offset %d: the value is empty, so it is no event".formatted(record.partition(), record.offset()));
    }
  }

  private final Map<String, Request> requests = new HashMap<>();
  private long records;
  private long duplicates;

  /** Takes a record, unless its event has been taken before. */
  void take(ConsumerRecord<String, byte[]> record) throws InvalidProtocolBufferException {
    records++;
    if (record.value() == null || record.value().length == 0) {
      throw Stop.foreign(record);
    }
    // CloudEvents in binary mode: attributes are headers, the value is the plain message.
    long version = Long.parseLong(header(record, "ce_sequence"));
    Request known = requests.getOrDefault(record.key(), Request.UNKNOWN);
    if (version <= known.version()) {
      duplicates++;
      return;
    }
    if (version > known.version() + 1) {
      throw Stop.hole(record.key(), known.version(), version);
    }
    requests.put(record.key(), after(known, header(record, "ce_type"), record.value()).at(version));
  }

  private static Request after(Request request, String type, byte[] data) throws InvalidProtocolBufferException {
    return switch (type) {
      // What an import states later of a request that has a holder here changes nothing.
      case "schoolside.requests.request.held.v1" ->
          request.team().isEmpty() ? request.heldBy(RequestHeld.parseFrom(data).getTeamId()) : request;
      case "schoolside.requests.request.routed.v1" -> request.heldBy(RequestRouted.parseFrom(data).getTeamId());
      case "schoolside.requests.request.reassigned.v1" -> request.heldBy(RequestReassigned.parseFrom(data).getTeamId());
      case "schoolside.requests.request.opened.v1", "schoolside.requests.request.reopened.v1" -> request.open(true);
      case "schoolside.requests.request.resolved.v1",
          "schoolside.requests.request.closed.v1",
          "schoolside.requests.request.cancelled.v1" -> request.open(false);
      // Any other type, also one that is new, only moves the version on.
      default -> request;
    };
  }

  private static String header(ConsumerRecord<String, byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  SortedMap<String, Integer> openByTeam() {
    SortedMap<String, Integer> counts = new TreeMap<>();
    requests.values().stream().filter(Request::open).forEach(request -> counts.merge(request.team(), 1, Integer::sum));
    return counts;
  }

  /** Everything at once, to be printed as JSON. */
  Map<String, Object> result() {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("records", records);
    result.put("duplicates", duplicates);
    result.put("keys", requests.size());
    result.put("open_by_team", openByTeam());
    return result;
  }

  /** Takes batch after batch: until the present end, or for ever, printing what changes. */
  void follow(KafkaConsumer<String, byte[]> consumer, String topic, boolean untilEnd) throws InvalidProtocolBufferException {
    List<TopicPartition> partitions = new ArrayList<>();
    consumer.partitionsFor(topic).forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    if (partitions.isEmpty()) {
      throw new Stop("there is no topic " + topic);
    }
    // All partitions, without a group: this consumer counts everything by itself.
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    SortedMap<String, Integer> shown = new TreeMap<>();
    while (!untilEnd || ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
        take(record);
      }
      if (!untilEnd) {
        shown = printChanges(shown, openByTeam());
      }
    }
  }

  private static SortedMap<String, Integer> printChanges(SortedMap<String, Integer> shown, SortedMap<String, Integer> now) {
    TreeSet<String> teams = new TreeSet<>(shown.keySet());
    teams.addAll(now.keySet());
    for (String team : teams) {
      if (!now.getOrDefault(team, 0).equals(shown.getOrDefault(team, 0))) {
        Map<String, Object> change = new LinkedHashMap<>();
        change.put("team", team);
        change.put("open", now.getOrDefault(team, 0));
        System.out.println(new Gson().toJson(change));
      }
    }
    return now;
  }

  public static void main(String[] args) throws InvalidProtocolBufferException {
    List<String> options = Arrays.asList(args);
    String namespace = option(options, "--kafka-namespace", "");
    String topic = namespace.isEmpty() ? TOPIC : namespace + "." + TOPIC;
    Map<String, Object> settings =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, option(options, "--kafka", "127.0.0.1:9092"),
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false,
            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    Consumer counting = new Consumer();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
      counting.follow(consumer, topic, options.contains("--until-end"));
    } catch (Stop stop) {
      System.err.println(stop.getMessage());
      System.exit(1);
    }
    System.out.println(new Gson().toJson(counting.result()));
  }

  private static String option(List<String> options, String name, String otherwise) {
    int at = options.indexOf(name);
    return at < 0 ? otherwise : options.get(at + 1);
  }
}
