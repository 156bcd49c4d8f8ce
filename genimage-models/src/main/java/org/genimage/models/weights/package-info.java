/**
 * Weights as plain arrays: safetensors, PyTorch's files, keys, published spellings and LoRA.
 *
 * <p>For: reading, changing and writing checkpoints. May use: {@code models.nn} and {@code
 * models.networks} for names. Limits: runs nothing that a file asks for, and holds neither native
 * memory nor an open file.
 */
package org.genimage.models.weights;
