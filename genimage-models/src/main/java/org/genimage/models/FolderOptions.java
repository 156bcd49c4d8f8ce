package org.genimage.models;

import java.nio.file.Path;
import java.util.Optional;
import org.genimage.models.nn.Network;

/**
 * What a caller knows of a model folder and its files do not say. What is given here wins over the
 * files: {@code Detectors.load(folder, FolderOptions.NONE.head(Head.AI_NATURE))}.
 *
 * @param head the order of the labels; empty if the names of the labels tell
 * @param input how an image becomes the network's input; empty if the preprocessing tells
 * @param network the network, under whose keys the weights are; empty if the architecture tells
 * @param weights the name of the file of weights in the folder; empty if there is one
 * @param adapter the folder of a LoRA adapter to fold into the weights
 * @param precision the numbers that 8-bit images are scored with
 */
public record FolderOptions(
    Optional<Head> head,
    Optional<InputContract> input,
    Optional<Network> network,
    Optional<String> weights,
    Optional<Path> adapter,
    Precision precision) {

  /** Nothing is given: the files say all. */
  public static final FolderOptions NONE =
      new FolderOptions(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Precision.FLOAT32);

  /** Returns the same options with the order of the labels. */
  public FolderOptions head(Head order) {
    return new FolderOptions(Optional.of(order), input, network, weights, adapter, precision);
  }

  /** Returns the same options with the way an image becomes the network's input. */
  public FolderOptions input(InputContract contract) {
    return new FolderOptions(head, Optional.of(contract), network, weights, adapter, precision);
  }

  /** Returns the same options with the network, under whose keys the weights are. */
  public FolderOptions network(Network known) {
    return new FolderOptions(head, input, Optional.of(known), weights, adapter, precision);
  }

  /** Returns the same options with the name of the file of weights. */
  public FolderOptions weights(String file) {
    return new FolderOptions(head, input, network, Optional.of(file), adapter, precision);
  }

  /** Returns the same options with a LoRA adapter to fold into the weights. */
  public FolderOptions adapter(Path folder) {
    return new FolderOptions(head, input, network, weights, Optional.of(folder), precision);
  }

  /** Returns the same options with the numbers that 8-bit images are scored with. */
  public FolderOptions precision(Precision numbers) {
    return new FolderOptions(head, input, network, weights, adapter, numbers);
  }
}
