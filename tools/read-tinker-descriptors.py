"""Print the descriptors of the Tinker API's messages as protobuf JSON.

They come from the PyPI wheel `tinker` (Apache-2.0, github.com/thinking-machines-lab/tinker), module tinker.proto.tinker_public_pb2.
usage: pip install tinker==0.38.0 && python tools/read-tinker-descriptors.py > apps/worker/src/tinker-wire/tinker-public.descriptors.json
"""

from google.protobuf import descriptor_pb2, json_format
from tinker.proto import tinker_public_pb2

file = descriptor_pb2.FileDescriptorProto()
tinker_public_pb2.DESCRIPTOR.CopyToProto(file)
print(json_format.MessageToJson(file, indent=1))
