package org.genimage.train;

import java.time.Duration;
import java.util.OptionalDouble;

/**
 * What an epoch brought.
 *
 * @param epoch from 0
 * @param epochs the recipe's number of epochs
 * @param loss mean over the epoch's steps, in nats
 * @param learningRate of the last step
 * @param samples trained on in the epoch
 * @param skipped files that could not be read, and were left out
 * @param time from the first step to the last
 * @param waiting the part of it in which the network waited for images
 * @param validationAccuracy share of the validation images on the right side of 0.5, if any
 */
public record EpochReport(
    int epoch,
    int epochs,
    double loss,
    double learningRate,
    int samples,
    int skipped,
    Duration time,
    Duration waiting,
    OptionalDouble validationAccuracy) {}
