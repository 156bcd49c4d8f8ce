package org.genimage.train;

/**
 * The results of a step.
 *
 * @param epoch from 0
 * @param step from 1, counted through all epochs
 * @param loss in nats, before the update of the weights
 * @param learningRate of the step
 * @param samples trained on in this call of {@code fit} so far
 * @param totalSamples that this call will train on
 */
public record StepReport(
    int epoch, long step, double loss, double learningRate, long samples, long totalSamples) {}
