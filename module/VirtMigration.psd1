@{
    RootModule           = 'VirtMigration.Cmdlets.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '6f0b9a52-6a55-4a7e-9a53-0c1d7c4b6a10'
    Author               = 'The VirtMigration maintainers'
    CompanyName          = 'VirtMigration'
    Copyright            = '(c) The VirtMigration maintainers'
    Description          = "A virtualisation manager's live migration for plain libvirt/KVM hosts, without a management server: policies, parallel and zero-copy transfer, and the truth about where each VM runs."
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('VirtMigration.Format.ps1xml')
    CmdletsToExport      = @(
        'Get-ClusterMigrationOption'
        'Get-VM'
        'Get-VmAffinityGroup'
        'Get-VmHost'
        'Get-VmHostMaintenance'
        'Get-VmMigration'
        'Get-VmMigrationHistory'
        'Get-VmMigrationOption'
        'Get-VmMigrationPlan'
        'Get-VmMigrationPolicy'
        'New-VmAffinityGroup'
        'New-VmMigrationPolicy'
        'Register-VmHost'
        'Remove-VmAffinityGroup'
        'Remove-VmMigrationPolicy'
        'Resume-VmMigration'
        'Set-ClusterMigrationOption'
        'Set-VmAffinityGroup'
        'Set-VmMigration'
        'Set-VmMigrationOption'
        'Set-VmMigrationPolicy'
        'Start-VmHostMaintenance'
        'Start-VmLiveMigration'
        'Stop-VmHostMaintenance'
        'Stop-VmMigration'
        'Test-MigrationDestination'
        'Test-VmHost'
        'Unregister-VmHost'
        'Watch-VmMigration'
    )
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    PrivateData          = @{
        PSData = @{
            Tags = @('libvirt', 'KVM', 'QEMU', 'live-migration', 'virtualization', 'Linux', 'PSEdition_Core')
        }
    }
}
