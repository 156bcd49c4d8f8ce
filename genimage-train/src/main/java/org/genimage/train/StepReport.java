package org.genimage.train;

/**
 * What a step brought.
 *
 * @param epoch from 0
 * @param step from 1, counted through all epochs
 * @param loss in nats, before the step
 * @param learningRate of the step
 * @param samples trained on since the start of this call of {@code fit}
 * @param totalSamples that this call will train on
 */
public record StepReport(
    int epoch, long step, double loss, double learningRate, long samples, long totalSamples) {}
