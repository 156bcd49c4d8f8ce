package org.genimage.train;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.net.HostAndPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Processes (workers) that train one detector together, each on its part of every batch.
 *
 * @param workers {@code host:port} of each, the same list in every process
 * @param index this process's place in the list, from 0; the first worker saves checkpoints, and
 *     only its listeners are called
 * @param timeout how long a worker waits for the others, at the start and at a step, before it
 *     fails; at least a second
 */
public record Cluster(List<String> workers, int index, Duration timeout) {

  private static final String VARIABLE = "TF_CONFIG";
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public Cluster {
    workers = List.copyOf(workers);
    workers.forEach(Cluster::checkAddress);
    checkArgument(
        Set.copyOf(workers).size() == workers.size(),
        "every worker must have an address of its own, got %s",
        workers);
    checkArgument(
        index >= 0 && index < workers.size(),
        "a worker's index must be from 0 to below %s, got %s",
        workers.size(),
        index);
    checkArgument(
        timeout.compareTo(Duration.ofSeconds(1)) >= 0,
        "timeout must be at least a second, got %s",
        timeout);
  }

  private static void checkAddress(String worker) {
    try {
      checkArgument(HostAndPort.fromString(worker).hasPort(), "no port");
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("a worker's address must be host:port, got " + worker, e);
    }
  }

  /** Returns a cluster whose workers wait at most a minute for each other. */
  public static Cluster of(List<String> workers, int index) {
    return new Cluster(workers, index, Duration.ofMinutes(1));
  }

  /**
   * Returns the cluster that TensorFlow's environment variable {@code TF_CONFIG} describes: {@code
   * {"cluster": {"worker": ["a:2222", "b:2222"]}, "task": {"type": "worker", "index": 0}}}.
   *
   * @throws IllegalArgumentException if it is not set or describes something else
   */
  public static Cluster fromEnvironment() {
    return parse(Optional.ofNullable(System.getenv(VARIABLE)).orElse(""));
  }

  static Cluster parse(String config) {
    try {
      JsonNode json = JSON.readTree(config);
      List<String> workers = new ArrayList<>();
      json.path("cluster").path("worker").forEach(worker -> workers.add(worker.asText()));
      JsonNode task = json.path("task");
      checkArgument(
          !workers.isEmpty()
              && json.path("cluster").size() == 1
              && task.path("type").asText().equals("worker")
              && task.path("index").isInt(),
          "%s must list workers only and name this one as task, got %s",
          VARIABLE,
          config);
      return of(workers, task.path("index").intValue());
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("%s must be JSON, got %s".formatted(VARIABLE, config), e);
    }
  }

  /** Returns the same cluster with another time to wait. */
  public Cluster timeout(Duration longest) {
    return new Cluster(workers, index, longest);
  }
}
