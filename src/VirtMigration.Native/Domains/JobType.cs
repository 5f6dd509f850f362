namespace VirtMigration.Native.Domains;

/// <summary>virDomainJobType (libvirt-domain.h).</summary>
internal enum JobType
{
    None = 0,

    /// <summary>Under way, with a known end.</summary>
    Bounded = 1,

    /// <summary>Under way without a known end: what every migration is, in pre-copy and in post-copy.</summary>
    Unbounded = 2,
    Completed = 3,
    Failed = 4,
    Cancelled = 5,
}
