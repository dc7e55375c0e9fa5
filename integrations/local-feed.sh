#!/usr/bin/env bash
# Packs MassTransit.EntityFrameworkCore from MassTransit's public sources into a folder feed, for builds whose feed has no such
# package:
#   integrations/local-feed.sh MASSTRANSIT_SOURCES FOLDER
# MASSTRANSIT_SOURCES is a git repository, bare or not, of https://github.com/MassTransit/MassTransit. Its newest tag v8.5.x gives
# the package its version. Only this library is built; it references the MassTransit that Directory.Packages.props names.
set -euo pipefail

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

[ $# = 2 ] || fail "Usage: integrations/local-feed.sh MASSTRANSIT_SOURCES FOLDER"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sources=$1
git -C "$sources" rev-parse --git-dir >/dev/null 2>&1 ||
  fail "$sources is no git repository. Clone https://github.com/MassTransit/MassTransit and name the clone."
tag=$(git -C "$sources" tag --list 'v8.5.*' | sort --version-sort | tail -n 1)
[ -n "$tag" ] || fail "$sources has no tag v8.5.x. Run: git -C '$sources' fetch --tags"
mkdir -p "$2"
folder=$(cd "$2" && pwd)

pinned() { sed -nE "s/.*Include=\"$1\" Version=\"([^\"]+)\".*/\1/p" "$here/../Directory.Packages.props"; }
masstransit=$(pinned 'MassTransit')
relational=$(pinned 'Microsoft\.EntityFrameworkCore\.Relational')
used=$(sed -nE 's/.*Include="MassTransit\.EntityFrameworkCore" Version="([^"]+)".*/\1/p' "$here/Directory.Packages.props")
[ "${tag#v}" = "$used" ] || fail "The newest sources in $sources are $tag, but integrations/Directory.Packages.props names $used. Make it name ${tag#v}."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
library=src/Persistence/MassTransit.EntityFrameworkCoreIntegration
git -C "$sources" archive "$tag" "$library" MassTransit.snk LICENSE NOTICE | tar -x -C "$work"
rm "$work/$library"/*.csproj

# The library's own project builds MassTransit with it, for three frameworks.
cat >"$work/MassTransit.EntityFrameworkCoreIntegration.csproj" <<END
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <LangVersion>12</LangVersion>
    <RootNamespace>MassTransit</RootNamespace>
    <PackageId>MassTransit.EntityFrameworkCore</PackageId>
    <Version>${tag#v}</Version>
    <Authors>Chris Patterson</Authors>
    <Copyright>Copyright 2007-2024 Chris Patterson</Copyright>
    <Description>MassTransit Entity Framework Core persistence support; packed from the sources of $tag.</Description>
    <PackageLicenseExpression>Apache-2.0</PackageLicenseExpression>
    <PackageProjectUrl>https://masstransit.io</PackageProjectUrl>
    <RepositoryUrl>https://github.com/MassTransit/MassTransit</RepositoryUrl>
    <RepositoryCommit>$(git -C "$sources" rev-parse "$tag^{commit}")</RepositoryCommit>
    <SignAssembly>true</SignAssembly>
    <AssemblyOriginatorKeyFile>MassTransit.snk</AssemblyOriginatorKeyFile>
    <GenerateDocumentationFile>true</GenerateDocumentationFile>
    <DebugType>embedded</DebugType>
    <NoWarn>CS1570;CS1572;CS1573;CS1574;CS1587;CS1591;CS1998;NU5128</NoWarn>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="MassTransit" Version="$masstransit" />
    <PackageReference Include="Microsoft.EntityFrameworkCore.Relational" Version="$relational" />
    <None Include="NOTICE" Pack="true" PackagePath="" />
  </ItemGroup>
</Project>
END

# A cached package of this version may be older than the one that is packed here.
(cd "$work" && MSBUILDDISABLENODEREUSE=1 dotnet pack --configuration Release --nologo --verbosity quiet --output "$folder" -p:UseSharedCompilation=false)
packages=$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: *//')
rm -rf "${packages%/}/masstransit.entityframeworkcore/${tag#v}"
echo "$folder/MassTransit.EntityFrameworkCore.${tag#v}.nupkg, on MassTransit $masstransit. Build with -p:RestoreAdditionalProjectSources=$folder"
