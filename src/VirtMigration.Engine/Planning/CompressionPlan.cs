using VirtMigration.Options;
using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>How memory is compressed.</summary>
/// <param name="Method">The method.</param>
/// <param name="Cache">The cache of XBZRLE; null: QEMU's own.</param>
internal readonly record struct CompressionPlan(CompressionMethod Method, ByteSize? Cache);
