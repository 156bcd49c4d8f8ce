package org.genimage.models.pretrained;

import java.util.List;
import java.util.Optional;

/**
 * Published weights of one detector, as {@code pretrained.json} describes them.
 *
 * @param name in lower case with hyphens; also the name of its folder
 * @param detector the name of the blueprint
 * @param container the entry of a PyTorch file that holds the tensors, if it is to be named; the
 *     file is then the only one
 * @param files of which they consist
 */
record PublishedModel(
    String name, String detector, Optional<String> container, List<PublishedFile> files) {}
