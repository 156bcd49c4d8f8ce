/**
 * The vocabulary that networks are written in: a scope that knows where in the model it is, layers
 * as functions from an operand to an operand, and the rules of PyTorch that published weights
 * expect (symmetric padding, batch norm's momentum and unbiased variance, initialisations).
 *
 * <p>Tensors are NHWC. Parameters have PyTorch's names, shapes and axis order outside the graph.
 */
package org.genimage.models.nn;
