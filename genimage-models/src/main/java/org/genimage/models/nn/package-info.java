/**
 * The vocabulary that networks are written in: layers, places with their keys, parameters.
 *
 * <p>For: networks, ours and yours. May use: nothing else of this module. Limits: a layer is a
 * formula; how it is computed is the business of the kernels that the graph began with.
 *
 * <p>Tensors are NHWC. Parameters have PyTorch's names, shapes and axis order outside the graph;
 * layers keep PyTorch's rules (symmetric padding, batch norm's momentum and unbiased variance,
 * initial values), as published weights expect.
 */
package org.genimage.models.nn;
