package org.genimage.models.networks;

import java.util.List;
import org.genimage.models.nn.Network;

/**
 * A ResNet that sees what a fixed filter makes of the images: its sizes and head are the ResNet's.
 */
interface FrontedResNet extends Network {

  /** Returns the ResNet behind the filter. */
  ResNet trunk();

  @Override
  default boolean takesAnySize() {
    return trunk().takesAnySize();
  }

  @Override
  default List<String> head() {
    return trunk().head();
  }
}
