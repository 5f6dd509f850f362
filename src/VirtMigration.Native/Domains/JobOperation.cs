namespace VirtMigration.Native.Domains;

/// <summary>virDomainJobOperation (libvirt-domain.h), as far as the product tells jobs apart.</summary>
internal enum JobOperation
{
    Unknown = 0,
    MigrationIn = 4,
    MigrationOut = 5,
}
