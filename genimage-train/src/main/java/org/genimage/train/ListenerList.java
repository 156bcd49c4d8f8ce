package org.genimage.train;

import java.util.List;

/**
 * Several listeners as one.
 *
 * @param listeners in the order in which they are called
 */
record ListenerList(List<TrainingListener> listeners) implements TrainingListener {

  @Override
  public void onBegin(int epoch, long steps) {
    listeners.forEach(listener -> listener.onBegin(epoch, steps));
  }

  @Override
  public void onStep(StepReport report) {
    listeners.forEach(listener -> listener.onStep(report));
  }

  @Override
  public void onEpoch(EpochReport report) {
    listeners.forEach(listener -> listener.onEpoch(report));
  }

  @Override
  public void onEnd() {
    listeners.forEach(TrainingListener::onEnd);
  }
}
