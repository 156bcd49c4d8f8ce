package org.genimage.train;

import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;

/** The group that consists of this process alone: nothing is exchanged. */
record SingleProcess() implements ProcessGroup {

  @Override
  public int size() {
    return 1;
  }

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public boolean wholeBatches() {
    return false;
  }

  @Override
  public void gather() {}

  @Override
  public void agree(Map<String, String> settings) {}

  @Override
  public long[] sums(int... counts) {
    long[] sums = new long[counts.length];
    for (int i = 0; i < counts.length; i++) {
      sums[i] = counts[i];
    }
    return sums;
  }

  @Override
  public RuntimeException explained(RuntimeException failure) {
    return failure;
  }

  @Override
  public Session open(Graph graph, ConfigProto config) {
    return new Session(graph, config);
  }

  @Override
  public void prepare(Session.Runner run) {}

  @Override
  public String devicePrefix() {
    return "";
  }

  @Override
  public int newKeys() {
    return 0;
  }

  @Override
  public float timeoutSeconds() {
    return 0;
  }
}
