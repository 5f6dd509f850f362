namespace VirtMigration.Options;

/// <summary>How memory is compressed on its way.</summary>
public enum CompressionMethod
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Pages that are sent again go as differences, from a cache on the source (QEMU <c>xbzrle</c>); not with parallel
    /// connections.</summary>
    Xbzrle,

    /// <summary>Several threads compress one stream (QEMU <c>compress</c>, gone since 9.1); not with parallel connections.</summary>
    MultiThread,

    /// <summary>zlib on each parallel connection; only with them.</summary>
    Zlib,

    /// <summary>zstd on each parallel connection; only with them.</summary>
    Zstd,
}
