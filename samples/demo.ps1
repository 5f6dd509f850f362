#requires -Version 7.6
# What an administrator types, on the lab's two hosts with two busy guests: the plan, the migration, and where the VMs are then.
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../out/VirtMigration')

function Show([scriptblock] $Command) {
    "`nPS> $("$Command".Trim())"
    # Each command has its own table, as at a prompt.
    & $Command | Out-String -Width 100 | ForEach-Object Trim
}

Show { Get-VmHost }
Show { Get-VM -Host h1 demo-web* }
Show { Get-VmMigrationPlan demo-web1 -Policy VeryLarge }
Show { Get-VM -Host h1 demo-web* | Start-VmLiveMigration -Policy VeryLarge }
Show { Get-VM demo-web* }
